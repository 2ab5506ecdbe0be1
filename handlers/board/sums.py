"""Daily sums: counted from the day's tickets, stored by area, added up over a period."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.figures.repeats import is_repeated
from models.day_sums import DaySums
from models.status_moves import UNJUDGED, Closing, Status
from models.ticket import CHINA, Ticket

Sums = dict[str, dict[str, list[int]]]
"""Counts by division (category, team, place, hour), then by key"""
FILED, DUE, KEPT, FOLLOWED_UP, SOLVED, RATED, CONTENT, REPEATED = range(8)
"""Index of each number in a sum. `DUE`: tickets whose promise is finally kept or broken; open ones depend on the time
of asking and are counted then"""
DIVISIONS = ("category", "team", "place", "hour")
_UNJUDGED = frozenset(status.value for status in UNJUDGED)
_FOLLOWED_UP = frozenset({Closing.CONFIRMED.value, Closing.EXPLAINED.value})


class _Row(NamedTuple):
    """The facts of a ticket that are counted."""

    areas: frozenset[str]
    shut_out: str
    keys: tuple[str, ...]
    counts: tuple[int, ...]


def day_of(moment: datetime) -> str:
    """「261116」 in China."""
    return f"{moment.astimezone(CHINA):%y%m%d}"


def begins(day: str) -> datetime:
    return datetime.strptime(f"{day}+0800", "%y%m%d%z").astimezone(UTC)


def count_day(session: Session, day: str) -> dict[tuple[str, str], Sums]:
    """Sums by (area, sides that are shut out), counted from the day's tickets."""
    found: dict[tuple[str, str], Sums] = {}
    for row in _rows(session, begins(day)):
        for area in row.areas:
            add(found.setdefault((area, row.shut_out), {}), row.keys, row.counts)
    return found


def add(sums: Sums, keys: Iterable[str], counts: Sequence[int]) -> None:
    """Add the counts of a ticket, or of many, under each of their keys."""
    for division, key in zip(DIVISIONS, keys, strict=True):
        add_to(sums.setdefault(division, {}), key, counts)


def add_to(column: dict[str, list[int]], key: str, counts: Sequence[int]) -> None:
    """Add in place, for speed. Stored sums may be shorter, if they are older than a number in the list."""
    before = column.get(key)
    if before is None:
        column[key] = list(counts)
        return
    before += [0] * (len(counts) - len(before))
    for at, number in enumerate(counts):
        before[at] += number


_COLUMNS = (
    *(Ticket.grid, Ticket.community, Ticket.street, Ticket.county, Ticket.shut_out),
    *(Ticket.category, Ticket.team, Ticket.place_id, Ticket.created_at),
    *(Ticket.status, Ticket.closing, Ticket.rating, Ticket.handle_by, Ticket.resolved_at),
)


def _rows(session: Session, since: datetime) -> Iterator[_Row]:
    filed = (Ticket.created_at >= since) & (Ticket.created_at < since + timedelta(days=1))
    for *areas, shut_out, category, team, place, at, status, closing, rating, limit, done, again in session.execute(
        select(*_COLUMNS, is_repeated(session)).where(filed)
    ):
        followed_up = status == Status.CLOSED.value and closing in _FOLLOWED_UP
        due = status not in _UNJUDGED and limit is not None and done is not None
        counts = (
            1,
            due,
            due and done <= limit,
            followed_up,
            followed_up and closing == Closing.CONFIRMED.value,
            rating is not None,
            rating is not None and rating >= 2,
            bool(again),
        )
        hour = str(at.astimezone(CHINA).hour)
        keys = (category, team or "", str(place or ""), hour)
        yield _Row(frozenset({"", *filter(None, areas)}), shut_out or "", keys, tuple(map(int, counts)))


def stored(session: Session, days: Iterable[str]) -> dict[tuple[str, str, str], Sums]:
    """The stored sums of these days, by (day, area, sides that are shut out)."""
    found = select(DaySums.day, DaySums.area, DaySums.shut_out, DaySums.sums).where(DaySums.day.in_(list(days)))
    return {(day, area, out): sums for day, area, out, sums in session.execute(found)}


class Stretch(NamedTuple):
    """The sums of one area over a period."""

    total: Mapping[str, Mapping[str, list[int]]]
    by_day: Mapping[str, int]
    by_hour: Mapping[tuple[int, int], int]
    """By (weekday, 1 is Monday; hour)"""

    @property
    def repeated(self) -> int:
        return sum(counts[REPEATED] for counts in self.total["category"].values() if len(counts) > REPEATED)


def stretch(session: Session, area: str, first: str, last: str, side: str) -> Stretch:
    """Sums from the first day to the last. `side`: the viewer's side; complaints about it are not counted."""
    total: Sums = {division: {} for division in DIVISIONS}
    by_day: dict[str, int] = defaultdict(int)
    by_hour: dict[tuple[int, int], int] = defaultdict(int)
    for day, sums in _of_area(session, area, first, last, side):
        weekday = begins(day).astimezone(CHINA).isoweekday()
        for division in DIVISIONS:
            for key, counts in sums.get(division, {}).items():
                add_to(total[division], key, counts)
        for hour, counts in sums.get("hour", {}).items():
            by_day[day] += counts[FILED]
            by_hour[weekday, int(hour)] += counts[FILED]
    return Stretch(total, by_day, by_hour)


def _of_area(session: Session, area: str, first: str, last: str, side: str) -> Iterator[tuple[str, Any]]:
    columns = (DaySums.day, DaySums.shut_out, DaySums.sums)
    found = select(*columns).where(DaySums.area == area, DaySums.day >= first, DaySums.day <= last)
    for day, shut_out, sums in session.execute(found):
        if not (side and side in shut_out):
            yield day, sums
