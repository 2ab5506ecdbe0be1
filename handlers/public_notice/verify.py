"""Verify the hash chain, and compare every ticket with what was published about it."""

from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.public_notice.chain import (
    FACTS,
    LINES,
    LISTED,
    History,
    facts_of,
    histories,
    line_hash,
    notice_hash,
    rows_of,
)
from handlers.public_notice.issue import following, missing, month_of
from models.public_notice import Notice, NoticeCompound, NoticeLine

_PATIENCE = timedelta(days=1)
"""How late after its month a notice may be issued"""


@dataclass(frozen=True, slots=True)
class Finding:
    """An error: the key of its wording, the month and the ticket's number."""

    key: str
    month: str = ""
    number: str = ""


def verify(session: Session, now: datetime, month: str = "") -> list[Finding]:
    """All errors; with a month, only those of that month, and errors without a month."""
    found = [*_chain(session), *_months(session, now), *_tickets(session)]
    return [each for each in found if not month or each.month in {"", month}]


def _chain(session: Session) -> Iterator[Finding]:
    before, expected = "", ""
    for notice in session.scalars(select(Notice).order_by(Notice.id)):
        if notice.before != before:
            yield Finding("chain_broken", notice.month)
        if expected and notice.month != expected:
            yield Finding("month_missing", expected)
        latest = yield from _lines(session, notice)
        compounds = session.scalars(select(NoticeCompound).where(NoticeCompound.notice_id == notice.id))
        in_order = sorted(compounds, key=lambda each: each.place_id)
        if notice_hash(notice, in_order, latest) != notice.hash:
            yield Finding("notice_changed", notice.month)
        before, expected = notice.hash, _after(notice.month)


def _after(month: str) -> str:
    """The next month; "" if the text is no month (then the notice's hash reveals the change)."""
    try:
        return f"{following(month_of(month)):%Y-%m}"
    except ValueError:
        return ""


def _lines(session: Session, notice: Notice) -> Generator[Finding, None, str]:
    """Check the lines; returns the last line's hash."""
    hashed, count = "", 0
    for count, line in enumerate(rows_of(session, LINES.where(NoticeLine.notice_id == notice.id)), start=1):  # noqa: B007
        if line_hash(line, hashed) != line.hash:
            yield Finding("line_changed", notice.month, line.number)
        hashed = line.hash
    if count != notice.lines:
        yield Finding("lines_missing", notice.month)
    return hashed


def _months(session: Session, now: datetime) -> Iterator[Finding]:
    """Find missing months at the end, which the chain itself can't reveal."""
    told = session.scalars(select(Notice.month)).all()
    if told and all(map(_after, told)):
        yield from (Finding("month_missing", f"{each:%Y-%m}") for each in missing(session, now - _PATIENCE))


_NONE = History(0, (), (), "")


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A ticket's published lines, its present state and its history."""

    lines: Sequence[Any] = ()
    stands: Any = None
    history: History = _NONE

    @property
    def number(self) -> str:
        return (self.stands.number or "") if self.stands else ""


def _tickets(session: Session) -> Iterator[Finding]:
    last = session.scalar(select(Notice).order_by(Notice.id.desc()).limit(1))
    if last is None:
        return
    for ticket in _side_by_side(session):
        if ticket.lines:
            yield from _compared(ticket)
        elif _was_there(ticket, last):
            yield Finding("appeared", number=ticket.number)


def _side_by_side(session: Session) -> Iterator[_Ticket]:
    """Merge three streams ordered by ticket, so that hundreds of thousands of rows needn't be in memory."""
    by_ticket = itemgetter(0)
    listed = ((ticket, "lines", list(lines)) for ticket, lines in groupby(rows_of(session, LISTED), key=by_ticket))
    stand = ((row.id, "stands", row) for row in rows_of(session, FACTS))
    lived = ((each.ticket, "history", each) for each in histories(session))
    streams: Iterator[tuple[int, str, Any]] = merge(listed, stand, lived, key=by_ticket)
    for _, parts in groupby(streams, key=by_ticket):
        yield _Ticket(**{name: what for _, name, what in parts})


def _was_there(ticket: _Ticket, last: Notice) -> bool:
    """Whether the ticket existed before the last notice, although it has no line."""
    if ticket.history.ids:
        return ticket.history.ids[0] <= last.last_event
    return datetime.fromisoformat(ticket.stands.created_at) < last.cut_at


def _compared(ticket: _Ticket) -> Iterator[Finding]:
    """Compare a ticket's published lines with its present state."""
    history, latest, stands = ticket.history, ticket.lines[-1], ticket.stands
    if stands is None:
        yield Finding("vanished", latest.month, latest.number)
        return
    for line in ticket.lines:
        if bisect_right(history.ids, line.last_event) != line.events or history.hash(line.events) != line.history:
            yield Finding("history_changed", line.month, line.number)
            return
    still = len(history.ids) == latest.events
    if (still and facts_of(stands) != latest.facts) or (history.ids and history.status != stands.status):
        yield Finding("ticket_changed", latest.month, latest.number)
