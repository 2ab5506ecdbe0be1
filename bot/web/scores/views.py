"""`GET /scores/TOKEN`: a signed link that expires, and shows what its owner may see at the time of the request."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from bot.assembly import Program
from bot.installation.signed_links import BadLinkError, Links
from bot.web.board.lists import list_rows
from bot.web.replies import refuse_bad_links, workbook
from handlers.disclosure.policy import is_shut_out
from handlers.evidence.links import page_link
from handlers.notifications import ticket_text
from handlers.practice_settings.scores import RATED, Side
from handlers.scores.counts import Span
from handlers.scores.opened import contests, opened_line, ratings
from handlers.scores.sheet import lines_of, tickets_of
from handlers.scores.statement import Statement, statement
from handlers.scores.subjects import may_see, subject
from handlers.supervisors.spreadsheets import write_xlsx
from handlers.town.downloads import ScoreLink
from handlers.town.town import Town
from models.person import Look, Person
from models.promise import Practice
from models.ticket import CHINA, Ticket

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'nonce-{0}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A statement and its reader."""

    session: Session
    town: Town
    now: datetime
    person: Person
    made: Statement
    span: Span


def score_pages(program: Program, links: Links) -> Blueprint:
    """The routes; an unknown line is 404."""
    blueprint = Blueprint("scores", __name__, url_prefix="/scores/<token>", template_folder="templates")

    def shown(token: str, page: Callable[[_Reading], Response]) -> Response:
        link = links.read_scores(token, program.clock())
        with program.reading() as session:
            reading = _read(session, program.towns.current(session), link, program.clock())
            if reading is None:
                raise BadLinkError
            return page(reading)

    def file(reading: _Reading) -> Response:
        with program.sessions() as writing, writing.begin():
            via = reading.town.practices.name(Practice.SCORES)
            writing.add(Look(person_id=reading.person.id, via=via, at=reading.now))
        return _file(reading)

    blueprint.add_url_rule("", "page", lambda token: shown(token, _statement))
    blueprint.add_url_rule("/line/<what>", "line", lambda token, what: shown(token, lambda it: _line(it, what)))
    blueprint.add_url_rule("/file", "file", lambda token: shown(token, file))
    refuse_bad_links(blueprint, program, expired="scores.expired", bad="scores.bad_link")
    return blueprint


def _read(session: Session, town: Town, link: ScoreLink, now: datetime) -> _Reading | None:
    """None if the reader has no right to it, or no longer."""
    person, one = session.get(Person, link.person_id), subject(town, Side(link.side), link.code)
    if not (person and one and town.practices.scores.enabled and may_see(town, person, one)):
        return None
    span = Span(link.since, link.until, now)
    return _Reading(session, town, now, person, statement(session, town, one, span), span)


def _statement(reading: _Reading) -> Response:
    since, last = (f"{each.astimezone(CHINA):%Y-%m-%d}" for each in (reading.span.since, reading.span.last))
    return _page("statement.html", reading, {"made": reading.made, "since": since, "last": last})


def _line(reading: _Reading, what: str) -> Response:
    if what == RATED:
        said = ratings(reading, reading.made.subject, reading.span)
        return _page("score_line.html", reading, {"name": said[0], "said": said[1:], "rows": (), "takes": False})
    found = opened_line(reading.session, reading.town, reading.made.subject, what, reading.span)
    if found is None:
        return Response(reading.town.say("scores.bad_link"), 404, mimetype="text/plain")
    told = contests(reading.session, reading.town, found.tickets)
    rows = [_row(reading, each, told.get(each.id, "")) for each in found.tickets]
    name = reading.town.say("scores.tickets", clause=found.clause, count=len(rows))
    return _page("score_line.html", reading, {"name": name, "said": (), "rows": rows, "takes": found.takes})


def _row(reading: _Reading, ticket: Ticket, contest: str) -> Mapping[str, Any]:
    """A ticket's row; only its number if it complains about the reader."""
    town, person = reading.town, reading.person
    if is_shut_out(town, ticket, person):
        return {"number": ticket.number, "contest": contest, "link": ""}
    link = page_link(town, ticket.id, person, reading.now, as_resident=False)
    return {**list_rows(town, [ticket], person, reading.now)[0], "contest": contest, "link": link}


def _file(reading: _Reading) -> Response:
    town, made = reading.town, reading.made
    more = {town.say("scores.sheet_tickets"): tickets_of(reading.session, town, reading.person, made, reading.span)}
    file, title = BytesIO(), town.practices.name(Practice.SCORES)
    write_xlsx(lines_of(town, made), file, title, more)
    name = f"{made.subject.name}{title}{ticket_text.written(reading.span.since)[:10]}.xlsx"
    return workbook(file, name)


def _page(template: str, reading: _Reading, facts: Mapping[str, Any]) -> Response:
    nonce, town = secrets.token_urlsafe(12), reading.town
    title = town.say("scores.page_title", name=reading.made.subject.name, practice=town.practices.name(Practice.SCORES))
    home = request.path.partition("/line/")[0]
    response = Response(
        render_template(template, say=town.say, nonce=nonce, title=title, home=home, RATED=RATED, **facts)
    )
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce)
    return response
