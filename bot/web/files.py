"""`GET /files/TOKEN`: a list that a supervisor requested in the chat.

The link is signed, expires, and gives no more than its owner may see at that time. Every download is logged.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO

import structlog
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from bot.assembly import Program
from bot.installation.signed_links import BadLinkError, ExpiredLinkError, Links
from bot.web.replies import refuse_bad_links, workbook
from handlers.board.viewer import viewer
from handlers.practices.compounds import serves
from handlers.reception_days.sheet import rows as sheet_rows
from handlers.scores.counts import Span
from handlers.scores.sheet import quarter_of_all
from handlers.scores.statement import quarter_of
from handlers.supervisors.export import HEADING, filed_between, table
from handlers.supervisors.export_figures import sheet_of_figures, sheet_of_three
from handlers.supervisors.spreadsheets import Rows, write_xlsx
from handlers.tickets.change import Moment
from handlers.town.downloads import Download, Sheet
from handlers.town.town import Town
from models.person import Look, Person
from models.promise import Practice
from models.reception import Reception
from models.ticket import CHINA
from nlp.questions.periods import Period

log = structlog.get_logger(__name__)

_TITLE = 31
"""Excel's longest name of a sheet"""


def files(program: Program, links: Links) -> Blueprint:
    """The one route."""
    blueprint = Blueprint("files", __name__)

    @blueprint.get("/files/<token>")
    def download(token: str) -> Response:
        wanted = _read(links, token, program.clock())
        return _sheet(program, wanted) if isinstance(wanted, Sheet) else _answer(program, wanted)

    refuse_bad_links(blueprint, program, expired="exporting.expired", bad="exporting.bad_link")
    return blueprint


def _read(links: Links, token: str, now: datetime) -> Download | Sheet:
    """Try both kinds of link, which are signed differently."""
    try:
        return links.read(token, now)
    except ExpiredLinkError:
        raise
    except BadLinkError:
        return links.read_sheet(token, now)


def _sheet(program: Program, wanted: Sheet) -> Response:
    """A compound's sheet; refused if the person may no longer act for the compound."""
    file = BytesIO()
    with program.sessions() as session, session.begin():
        town, now = program.towns.current(session), program.clock()
        person, reception = session.get(Person, wanted.person_id), session.get(Reception, wanted.reception_id)
        place = town.world.places.get(reception.place_id) if reception else None
        if person is None or reception is None or place is None or not serves(town, person, place):
            raise BadLinkError
        session.add(Look(person_id=person.id, via="接待单", at=now))
        name = f"{place.name}{reception.starts_at.astimezone(CHINA):%m%d}.xlsx"
        write_xlsx(sheet_rows(Moment(session, town, now), reception, person), file, place.name[:_TITLE])
    return workbook(file, name)


def _answer(program: Program, wanted: Download) -> Response:
    with program.sessions() as session, session.begin():
        person = session.get(Person, wanted.person_id)
        if person is None or not person.is_overseer:
            raise BadLinkError
        session.add(Look(person_id=person.id, via="导出", at=program.clock()))
    file = BytesIO()  # at most `export_rows`: some megabytes
    with program.reading() as session, program.replica.beside(session) as figures:
        town = program.towns.current(session)
        rows = _write(program, figures, town, session.get_one(Person, wanted.person_id), wanted, file)
    log.info("exported", person=wanted.person_id, rows=rows)
    return workbook(file, f"工单{wanted.until:%Y%m%d}.xlsx")


def _write(program: Program, session: Session, town: Town, person: Person, wanted: Download, file: BytesIO) -> int:
    seen = viewer(town, person, wanted.area)
    if seen is None:  # their area has changed
        return write_xlsx(iter([HEADING]), file)
    scope = seen.scope & filed_between(wanted.since, wanted.until)
    rows = table(session, town, scope, person, town.privacy.export_rows)
    period = Period("", wanted.since, wanted.until)
    now = program.clock()
    figures, three = sheet_of_figures(session, town, period, seen.scope, now), sheet_of_three(session, town, scope, now)
    more = {"数字": figures, "口径": three, **_scores(session, town, person, wanted, now)}
    return write_xlsx(rows, file, more=more)


def _scores(session: Session, town: Town, person: Person, wanted: Download, now: datetime) -> Mapping[str, Rows]:
    """The score statements of the quarter in which the list ends, if the town has scores."""
    if not town.practices.scores.enabled:
        return {}
    quarter = quarter_of(min(now, wanted.until - timedelta(seconds=1)))
    span = Span(quarter.since, quarter.until, now)
    return {town.practices.name(Practice.SCORES): quarter_of_all(session, town, person, span)}
