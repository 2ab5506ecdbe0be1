"""Conditions of the scoring rules, and their counts for one subject or all of a side, by few statements."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session

from handlers.practice_settings.scores import Side
from handlers.scores.subjects import COLUMN, Subject, of_side
from handlers.town.town import Town
from models.appeal import was_appealed
from models.promise import Promise, is_broken, is_due, is_kept
from models.scores import Thanks, was_struck
from models.status_moves import UNJUDGED, Closing, Status
from models.ticket import Source, Ticket, not_ended

JUDGED = "judged"
"""The number of judged tickets; it gives no points, but scales the deductions"""
_LEAST_HAPPY, _UNHAPPY = 3, 1


@dataclass(frozen=True, slots=True)
class Span:
    """The scored period, and the present time."""

    since: datetime
    until: datetime
    now: datetime

    @property
    def last(self) -> datetime:
        """The end of what counts, so that events of this second are included."""
        return min(self.until, self.now + timedelta(seconds=1))


def counts_at_all() -> ColumnElement[bool]:
    """Tickets that count: not withdrawn, declined or merged (剔除), and no appeal or contest was upheld."""
    ended_well = Ticket.status.not_in([each.value for each in UNJUDGED])
    return ended_well & ~was_appealed() & ~was_struck()


def _ended(span: Span) -> ColumnElement[bool]:
    closed = Ticket.status == Status.CLOSED.value
    return closed & Ticket.ended_at.is_not(None) & (Ticket.ended_at >= span.since) & (Ticket.ended_at < span.last)


_OF_ENDED: Mapping[str, Callable[[], ColumnElement[bool]]] = {
    JUDGED: lambda: Ticket.id.is_not(None),
    "late": lambda: Ticket.resolved_at > Ticket.handle_by,
    "signed_late": lambda: Ticket.accepted_at > Ticket.accept_by,
    "reopened": lambda: Ticket.reopenings > 0,
    "unhappy": lambda: Ticket.rating == _UNHAPPY,
    "happy": lambda: Ticket.rating == _LEAST_HAPPY,
    "lapsed": lambda: Ticket.closing == Closing.DEFAULT.value,
    "explained": lambda: Ticket.closing == Closing.EXPLAINED.value,
    "solved": lambda: Ticket.closing == Closing.CONFIRMED.value,
    "answered": lambda: and_(Ticket.answer != "", Ticket.closing != Closing.EXPLAINED.value),
}


def _overdue(span: Span) -> ColumnElement[bool]:
    """Open tickets whose deadline passed within the quarter, with running clock."""
    over = (Ticket.handle_by >= span.since) & (Ticket.handle_by < span.last)
    runs = Ticket.stopped_at.is_(None) & (Ticket.status != Status.SUSPENDED.value)
    return not_ended() & over & runs & Ticket.resolved_at.is_(None)


def _promised(span: Span, which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tickets with a matching promise due in the quarter; a ticket counts once."""
    within = (Promise.until >= span.since) & (Promise.until < span.last)
    of_it = exists().where(Promise.ticket_id == Ticket.id, within, which).correlate(Ticket)
    return Ticket.id.in_(select(Promise.ticket_id).where(within)) & of_it


def _thanked(span: Span) -> ColumnElement[bool]:
    within = (Thanks.at >= span.since) & (Thanks.at < span.last)
    return Ticket.id.in_(select(Thanks.ticket_id).where(within))


def _found(span: Span) -> ColumnElement[bool]:
    return (Ticket.source == Source.PATROL.value) & (Ticket.created_at >= span.since) & (Ticket.created_at < span.last)


_BY_ITSELF: Mapping[str, Callable[[Span], ColumnElement[bool]]] = {
    "overdue": _overdue,
    "broken": lambda span: _promised(span, is_broken(span.last)),
    "kept": lambda span: _promised(span, is_kept() & is_due(span.last)),
    "thanked": _thanked,
    "found": _found,
}


def condition(town: Town, side: Side, what: str, span: Span) -> ColumnElement[bool]:
    """The tickets of a statement's line. Patrol findings count for the grid, whichever team handles them."""
    if what == "found":
        return _found(span) & counts_at_all()
    mine = of_side(town, side) & counts_at_all()
    if what in _OF_ENDED:
        return mine & _ended(span) & _OF_ENDED[what]()
    return mine & _BY_ITSELF[what](span)


def of_subject(one: Subject) -> ColumnElement[bool]:
    return COLUMN[one.side] == one.code


def counts(session: Session, town: Town, side: Side, span: Span, one: Subject | None = None) -> dict[str, Counter[str]]:
    """The number of tickets of each line, by the subject's code."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    column, wanted = COLUMN[side], {rule.what for rule in town.scoring.sheets[side].rules}
    sums = [func.sum(case((holds(), 1), else_=0)) for holds in _OF_ENDED.values()]
    among = of_subject(one) if one else column.is_not(None)
    ended = select(column, *sums).where(among, condition(town, side, JUDGED, span)).group_by(column)
    for code, *numbers in session.execute(ended):
        found[code or ""].update({what: int(number or 0) for what, number in zip(_OF_ENDED, numbers, strict=True)})
    for what in wanted & _BY_ITSELF.keys():
        counted = select(column, func.count()).where(among, condition(town, side, what, span)).group_by(column)
        for code, number in session.execute(counted):
            found[code or ""][what] = number
    return found
