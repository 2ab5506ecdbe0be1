"""`GET /board/TOKEN`: a signed link that expires, and shows what its owner may see at the time of the request."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.assembly import Program
from bot.installation.signed_links import BadLinkError, Links
from bot.web.board.drawing import drawn
from bot.web.board.lists import list_rows, ticket_sheet
from bot.web.board.tiles import source_of
from bot.web.replies import refuse_bad_links, refused
from handlers.board.board import read_board
from handlers.board.drill_down import NoSuchNumberError, open_number
from handlers.board.viewer import Viewer, role_of, viewer
from handlers.notifications import ticket_text
from handlers.tickets.access import by_number
from handlers.town.downloads import BoardLink
from handlers.town.town import Town
from models.person import Look, Person
from models.ticket import TicketEvent

DAYS = (7, 30, 90, 365)
_USUAL_DAYS = 30
_LOOK_AGAIN_MS = 10_000
_POLICY = (
    "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; connect-src 'self'; img-src 'self' data: {1}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Page = Callable[[Session, Town, Viewer], Response]


def board(program: Program, links: Links) -> Blueprint:
    """The board's routes. A ticket that the link's owner may not see is 404."""
    blueprint = Blueprint("board", __name__, url_prefix="/board/<token>", template_folder="templates")
    visits = _Visits(program, links)
    blueprint.add_url_rule("", "page", lambda token: visits.show(token, visits.board_page))
    blueprint.add_url_rule("/tickets", "tickets", lambda token: visits.show(token, visits.tickets_page))
    blueprint.add_url_rule("/live", "live", lambda token: visits.show(token, visits.live))
    blueprint.add_url_rule("/ticket/<number>", "ticket", visits.show_ticket)
    refuse_bad_links(blueprint, program, expired="board.expired", bad="board.bad_link")
    return blueprint


class _Visits:
    """The views. Each first checks who the link's owner is and their current scope."""

    def __init__(self, program: Program, links: Links) -> None:
        self._program, self._links = program, links

    def show(self, token: str, page: Page) -> Response:
        link = self._links.read_board(token, self._program.clock())
        with self._program.reading() as session:
            town = self._program.towns.current(session)
            seen = self._viewer(session, town, link)
            if seen is None:
                raise BadLinkError
            with self._program.replica.beside(session) as figures:
                return self._page(page, figures, town, seen)

    def _page(self, page: Page, session: Session, town: Town, seen: Viewer) -> Response:
        try:
            return page(session, town, seen)
        except (NoSuchNumberError, KeyError, ValueError):  # parameters that none of our links has
            return refused(self._program, "board.bad_link", 404)

    def show_ticket(self, token: str, number: str) -> Response:
        return self.show(token, lambda session, town, seen: self.ticket_page(session, town, seen, number))

    def _viewer(self, session: Session, town: Town, link: BoardLink) -> Viewer | None:
        person = session.get(Person, link.person_id)
        if person is None or role_of(person) != link.role:
            return None
        return viewer(town, person, link.area)

    def board_page(self, session: Session, town: Town, seen: Viewer) -> Response:
        now = self._program.clock()
        days = request.args.get("days", _USUAL_DAYS, int)
        found = read_board(session, town, seen, days if days in DAYS else _USUAL_DAYS, now)
        facts = drawn(town, found, now, self._program.settings.web) | {
            "days": days,
            "choices": DAYS,
            "seen": _state(session, now),
        }
        return _page("board.html", town, facts, source_of(self._program.settings.web.tile_url))

    def live(self, session: Session, _town: Town, _seen: Viewer) -> Response:
        """One event, then the browser reconnects: an open stream would hold one of few threads."""
        state = _state(session, self._program.clock())
        said = f"retry: {_LOOK_AGAIN_MS}\nid: {state}\nevent: board\ndata: {state}\n\n"
        return Response(said, mimetype="text/event-stream")

    def tickets_page(self, session: Session, town: Town, seen: Viewer) -> Response:
        now = self._program.clock()
        said = request.args.to_dict()
        opened = open_number(session, town, seen, said, now)
        rows = list_rows(town, opened.tickets, seen.person, now)
        return _page("tickets.html", town, {"rows": rows, "total": opened.total, "name": said.get("name", "")[:60]})

    def ticket_page(self, session: Session, town: Town, seen: Viewer, number: str) -> Response:
        """The whole ticket; the view is logged."""
        found = by_number(session, seen.scope | seen.desk, number) if number.isdigit() else []
        if not found:
            return refused(self._program, "board.bad_link", 404)
        now = self._program.clock()
        with self._program.sessions() as writing, writing.begin():
            via = town.say("board.via")
            writing.add(Look(person_id=seen.person.id, ticket_id=found[0].id, via=via, at=now))
        sheet = ticket_sheet(session, town, found[0], seen.person, now)
        return _page(
            "ticket.html", town, {"ticket": sheet, "at": ticket_text.stamp(now), "person": seen.person.name or ""}
        )


def _state(session: Session, now: Any) -> str:  # noqa: ANN401  (a moment)
    """A value that changes with every event and every minute, because deadlines may have passed."""
    last = session.scalar(select(func.max(TicketEvent.id))) or 0
    return f"{last}.{int(now.timestamp()) // 60}"


def _page(template: str, town: Town, facts: Mapping[str, Any], pictures: str = "") -> Response:
    nonce = secrets.token_urlsafe(12)

    def say(key: str, /, **values: object) -> str:
        return town.say(f"board.{key}", **values)

    response = Response(render_template(template, say=say, nonce=nonce, **facts))
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce, pictures)
    return response
