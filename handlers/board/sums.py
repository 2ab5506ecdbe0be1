"""Sums of a day: counted from its tickets, kept by area, added up over a stretch of time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.figures.repeats import is_repeated
from models.day_sums import DaySums
from models.moves import UNJUDGED, Closing, Status
from models.ticket import CHINA, Ticket

Sums = dict[str, dict[str, list[int]]]
"""By what it is divided, by its key"""
FILED, DUE, KEPT, FOLLOWED_UP, SOLVED, RATED, CONTENT, REPEATED = range(8)
"""What each number of a sum is. `DUE`: whose promise was kept or broken for good; what still waits is no matter of
its day alone and counted when it is asked for"""
DIVISIONS = ("category", "team", "place", "hour")
_UNJUDGED = frozenset(status.value for status in UNJUDGED)
_FOLLOWED_UP = frozenset({Closing.CONFIRMED.value, Closing.EXPLAINED.value})


class _Row(NamedTuple):
    """What of a ticket is counted."""

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
    """By area and by those whom it may not be counted for, from the tickets themselves."""
    found: dict[tuple[str, str], Sums] = {}
    for row in _rows(session, begins(day)):
        for area in row.areas:
            add(found.setdefault((area, row.shut_out), {}), row.keys, row.counts)
    return found


def add(sums: Sums, keys: Iterable[str], counts: Sequence[int]) -> None:
    """One more ticket, or the sum of many, under each of its keys."""
    for division, key in zip(DIVISIONS, keys, strict=True):
        add_to(sums.setdefault(division, {}), key, counts)


def add_to(column: dict[str, list[int]], key: str, counts: Sequence[int]) -> None:
    """Sums that were kept before a number was added are shorter. In place: a year is a hundred thousand of them."""
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
    """What is kept of these days, by (day, area, whom it is not counted for)."""
    found = select(DaySums.day, DaySums.area, DaySums.shut_out, DaySums.sums).where(DaySums.day.in_(list(days)))
    return {(day, area, out): sums for day, area, out, sums in session.execute(found)}


class Stretch(NamedTuple):
    """What is kept of one area in a stretch of days."""

    total: Mapping[str, Mapping[str, list[int]]]
    by_day: Mapping[str, int]
    by_hour: Mapping[tuple[int, int], int]
    """By (day of the week, 1 for Monday; hour)"""


def stretch(session: Session, area: str, first: str, last: str, side: str) -> Stretch:
    """Added up from the first day to the last. `side`: what complains of these people is not counted for them."""
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
