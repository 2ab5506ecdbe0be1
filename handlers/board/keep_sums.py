"""Maintain the daily sums: find days that must be counted again, and write what has changed.

Days are found by history rows written since the scan before the last, because a transaction may commit after a scan
that should have seen it. Every night all days are counted again, from the newest back.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from handlers.board.sums import Sums, begins, count_day, day_of, stored
from models.bulk_insert import insert_into
from models.day_sums import DaySums
from models.deferred_inserts import dialect_of
from models.grid import Fact
from models.ticket import Ticket, TicketEvent

BITE = 10
"""Days counted in one go; a longer run would lose more work in a crash"""
KIND = "day_sums"
"""Kind of the timer, and name of the mark"""
_FIRST = 1000
"""Margin of the first scan: history rows that may not be committed yet"""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the sums are up to date."""

    before: int = 0
    """Id of the last history row at the scan before the last"""
    last: int = 0
    night: str = ""
    """The day of the last full recount"""
    next: str = ""
    """The recount has done all days from this one on; "": it is finished"""
    since: str = ""
    """All days from this one on have sums"""
    at: str = ""
    """When the last scan ran"""


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows to write, and the new mark."""

    mark: Mark
    written: Mapping[tuple[str, str, str], Sums]
    gone: frozenset[tuple[str, str, str]]
    more: bool
    """Days are left to count, so scan again at once"""


def read_mark(session: Session) -> Mark:
    kept = session.scalar(select(Fact.value).where(Fact.name == KIND))
    return Mark(**json.loads(kept)) if kept else Mark()


def look(session: Session, now: datetime) -> Changes:
    """Count days that may have changed, and compare with the stored sums. Read-only."""
    mark = read_mark(session)
    last = session.scalar(select(func.max(TicketEvent.id))) or 0
    oldest = _oldest(session)
    days = _touched(session, mark.before) if mark.night else set()
    again = _nightly(mark, now)
    bite = _bite(again.next, oldest)
    counted = {(day, *key): sums for day in days | set(bite) for key, sums in count_day(session, day).items()}
    before = stored(session, days | set(bite))
    following = bite[-1] if bite and bite[-1] > oldest else ""
    since = min(filter(None, (mark.since, *bite, day_of(now))))
    seen = mark.last if mark.night else max(last - _FIRST, 0)
    return Changes(
        replace(again, before=seen, last=last, next=following, since=since, at=now.isoformat()),
        {key: sums for key, sums in counted.items() if before.get(key) != sums},
        frozenset(before.keys() - counted.keys()),
        more=bool(following),
    )


def write(session: Session, changes: Changes) -> None:
    """Write only the differences, in one short transaction."""
    dialect = dialect_of(session)
    rows = [
        {"day": day, "area": area, "shut_out": out, "sums": sums} for (day, area, out), sums in changes.written.items()
    ]
    if rows:
        into = insert_into(DaySums, dialect)
        keys = [DaySums.area, DaySums.day, DaySums.shut_out]
        session.execute(into.on_conflict_do_update(index_elements=keys, set_={"sums": into.excluded.sums}), rows)
    for day, area, out in changes.gone:
        session.execute(delete(DaySums).where(DaySums.day == day, DaySums.area == area, DaySums.shut_out == out))
    fact = insert_into(Fact, dialect).values(name=KIND, value=json.dumps(asdict(changes.mark)))
    session.execute(fact.on_conflict_do_update(index_elements=[Fact.name], set_={"value": fact.excluded.value}))


def _touched(session: Session, seen: int) -> set[str]:
    """Days of filing of the tickets with newer history rows."""
    changed = select(TicketEvent.ticket_id).where(TicketEvent.id > seen)
    return {day_of(at) for at in session.scalars(select(Ticket.created_at).where(Ticket.id.in_(changed)))}


def _nightly(mark: Mark, now: datetime) -> Mark:
    """On a new day start a full recount, which repairs anything missed."""
    today = day_of(now)
    return mark if mark.night == today else replace(mark, night=today, next=day_of(now + timedelta(days=1)))


def _oldest(session: Session) -> str:
    """The day of the first ticket or the first stored sum; "" if there is none."""
    first = session.scalar(select(func.min(Ticket.created_at)))
    kept = session.scalar(select(func.min(DaySums.day)))
    return min(filter(None, (first and day_of(first), kept)), default="")


def _bite(following: str, oldest: str) -> list[str]:
    """At most BITE days before `following`, newest first."""
    if not (following and oldest):
        return []
    days: Iterable[str] = (day_of(begins(following) - timedelta(days=back)) for back in range(1, BITE + 1))
    return [day for day in days if day >= oldest]
