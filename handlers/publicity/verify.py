"""The chain is gone through again, and every ticket is compared with what was published of it."""

from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from handlers.publicity.chain import (
    FACTS,
    LINES,
    facts_of,
    histories,
    history_of,
    line_hash,
    notice_hash,
    of_events,
    written,
)
from handlers.publicity.issue import following, missing, month_of
from models.publicity import Notice, NoticeCompound, NoticeLine

_AT_A_TIME = 2000
_PATIENCE = timedelta(days=1)
"""A notice may come so long after its month"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, as the key of a sentence and what it is about."""

    key: str
    month: str = ""
    number: str = ""


@dataclass(slots=True)
class _Seen:
    """Of one ticket: what its lines say."""

    number: str
    lines: list[tuple[str, int, int, str]]
    """Month, the latest event seen, how many events there were, their hash"""
    facts: str
    """As the latest line has it"""


def verify(session: Session, now: datetime, month: str = "") -> list[Finding]:
    """All that is wrong; with a month, what is wrong with its own lines."""
    seen: dict[int, _Seen] = {}
    found = [*_chain(session, seen), *_months(session, now), *_tickets(session, seen)]
    return [each for each in found if not month or each.month in {"", month}]


def _chain(session: Session, seen: dict[int, _Seen]) -> Iterator[Finding]:
    before, expected = "", ""
    for notice in session.scalars(select(Notice).order_by(Notice.id)):
        if notice.before != before:
            yield Finding("chain_broken", notice.month)
        if expected and notice.month != expected:
            yield Finding("month_missing", expected)
        latest = yield from _lines(session, notice, seen)
        compounds = session.scalars(select(NoticeCompound).where(NoticeCompound.notice_id == notice.id))
        in_order = sorted(compounds, key=lambda each: each.place_id)
        if notice_hash(notice, in_order, latest) != notice.hash:
            yield Finding("notice_changed", notice.month)
        before, expected = notice.hash, _after(notice.month)


def _after(month: str) -> str:
    """The month that comes next; "" of what is no month, which the notice's hash shows as changed."""
    try:
        return f"{following(month_of(month)):%Y-%m}"
    except ValueError:
        return ""


def _lines(session: Session, notice: Notice, seen: dict[int, _Seen]) -> Generator[Finding, None, str]:
    """Returns the last line's hash."""
    hashed, count = "", 0
    lines = LINES.where(NoticeLine.notice_id == notice.id).execution_options(yield_per=_AT_A_TIME)
    for count, line in enumerate(session.execute(lines), start=1):  # noqa: B007
        if line_hash(line, hashed) != line.hash:
            yield Finding("line_changed", notice.month, line.number)
        hashed = line.hash
        told = (notice.month, notice.last_event, line.events, line.history)
        known = seen.setdefault(line.ticket_id, _Seen(line.number, [], ""))
        known.lines.append(told)
        known.facts = line.facts
    if count != notice.lines:
        yield Finding("lines_missing", notice.month)
    return hashed


def _months(session: Session, now: datetime) -> Iterator[Finding]:
    """The last ones are not missed by the chain itself."""
    told = session.scalars(select(Notice.month)).all()
    if told and all(map(_after, told)):
        yield from (Finding("month_missing", f"{each:%Y-%m}") for each in missing(session, now - _PATIENCE))


@dataclass(frozen=True, slots=True)
class _There:
    """Of one ticket: how it stands now."""

    number: str
    status: str
    created_at: datetime
    facts: str


def _tickets(session: Session, seen: Mapping[int, _Seen]) -> Iterator[Finding]:
    last = session.scalar(select(Notice).order_by(Notice.id.desc()).limit(1))
    if last is None:
        return
    rows = session.execute(FACTS.execution_options(yield_per=_AT_A_TIME))
    there = {row.id: _There(row.number or "", row.status, row.created_at, facts_of(row)) for row in rows}
    told: set[int] = set()
    for ticket, events in histories(session, of_events()):
        told.add(ticket)
        if known := seen.get(ticket):
            yield from _compared(known, there.get(ticket), events)
        elif events[0].id <= last.last_event:
            yield Finding("appeared", number=_number(there.get(ticket)))
    for ticket, known in seen.items():
        if ticket not in told:
            yield from _compared(known, there.get(ticket), ())
    for ticket, stands in there.items():
        if ticket not in seen and ticket not in told and stands.created_at < last.cut_at:
            yield Finding("appeared", number=stands.number)


def _number(stands: _There | None) -> str:
    return stands.number if stands else ""


def _compared(known: _Seen, stands: _There | None, events: Sequence[Row[*tuple[Any, ...]]]) -> Iterator[Finding]:
    """What was published of a ticket with what is there now."""
    month = known.lines[-1][0]
    if stands is None:
        yield Finding("vanished", month, known.number)
        return
    told = [written(event) for event in events]
    for listed, latest, count, history in known.lines:
        up_to_then = bisect_right(events, latest, key=attrgetter("id"))
        if up_to_then != count or history_of(told[:count]) != history:
            yield Finding("history_changed", listed, known.number)
            return
    still = len(events) == known.lines[-1][2]
    if (still and stands.facts != known.facts) or (events and events[-1].after != stands.status):
        yield Finding("ticket_changed", month, known.number)
