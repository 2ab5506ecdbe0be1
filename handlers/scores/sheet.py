"""Score statements as table rows."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.disclosure.policy import Way, is_shut_out, sight
from handlers.notifications import ticket_text
from handlers.practice_settings.scores import RATED, Side
from handlers.scores.counts import Span
from handlers.scores.opened import contests, opened_line
from handlers.scores.quarterly_ranking import of_side
from handlers.scores.statement import Statement
from handlers.town.town import Town
from models.person import Person
from models.ticket import Ticket

Cell = str | int | float | datetime | None


def lines_of(town: Town, made: Statement) -> Iterator[Sequence[Cell]]:
    """Clause, count, points; the base first, the sum last."""
    yield _headings(town, "clause", "count", "points")
    yield town.say("scores.row_base"), None, made.base
    yield from ((line.rule.clause, line.count, line.points) for line in made.lines)
    yield f"{town.say('scores.row_total')} {made.grade.name} {'★' * made.grade.stars}".strip(), made.judged, made.total


def tickets_of(session: Session, town: Town, reader: Person, made: Statement, span: Span) -> Iterator[Sequence[Cell]]:
    """Every ticket of every line; tickets that the reader is shut out of show only their number."""
    named = (town.say(f"board.{name}") for name in ("number", "what", "where", "status"))
    yield (*_headings(town, "clause"), *named, town.say("board.filed"), *_headings(town, "contest"))
    for line in made.lines:
        found = opened_line(session, town, made.subject, line.rule.what, span) if line.rule.what != RATED else None
        said = contests(session, town, found.tickets) if found else {}
        for ticket in found.tickets if found else ():
            yield line.rule.clause, *_seen(town, ticket, reader), said.get(ticket.id, "")


def _seen(town: Town, ticket: Ticket, reader: Person) -> Sequence[Cell]:
    if is_shut_out(town, ticket, reader):
        return ticket.number, "", "", "", None
    where = ticket_text.where_seen(ticket, sight(town, ticket, reader, Way.EXPORTED))
    what = town.catalogue.name(ticket.category, ticket.item)
    return ticket.number, what, where, ticket_text.STATUS_NAMES[ticket.status], ticket.created_at


def quarter_of_all(session: Session, town: Town, reader: Person, span: Span) -> Iterator[Sequence[Cell]]:
    """All statements that the reader may see, one row for each line, the best first."""
    yield _headings(town, "side", "name", "total", "grade", "stars", "judged", "clause", "count", "points")
    for side in Side:
        for made in of_side(session, town, reader, side, span):
            of = (town.say(f"scores.of_{side}"), made.subject.name, made.total, made.grade.name, made.grade.stars)
            for line in made.lines:
                yield *of, made.judged, line.rule.clause, line.count, line.points


def _headings(town: Town, *names: str) -> Sequence[str]:
    return [town.say(f"scores.column_{name}") for name in names]
