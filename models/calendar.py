"""Working time: from a moment and a limit to the moment when it is due.

Units as in the workbooks of GB/T 30428: 紧急工作时 and 紧急工作日 run round the clock; 工作时 counts working hours
alone; a 工作日 is one full day's working hours, so that from Monday 10:00 one day leads to Tuesday 10:00; 自然日 is 24
hours.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Unit(StrEnum):
    """What a limit counts."""

    URGENT_HOUR = "紧急工作时"
    URGENT_DAY = "紧急工作日"
    WORK_HOUR = "工作时"
    WORK_DAY = "工作日"
    NATURAL_DAY = "自然日"
    HOUR = "小时"
    MINUTE = "分钟"


_NATURAL = {
    Unit.URGENT_HOUR: timedelta(hours=1),
    Unit.URGENT_DAY: timedelta(days=1),
    Unit.NATURAL_DAY: timedelta(days=1),
    Unit.HOUR: timedelta(hours=1),
    Unit.MINUTE: timedelta(minutes=1),
}
_SAID_BARE = frozenset({Unit.HOUR, Unit.MINUTE})
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*个?(紧急工作时|紧急工作日|工作时|工作日|自然日|小时|分钟)")


class Span(NamedTuple):
    """A limit such as 4 工作时."""

    amount: float
    unit: Unit

    @classmethod
    @lru_cache(maxsize=1024)  # the table of limits has some dozen
    def parse(cls, text: str) -> "Span":
        """「4工作时」 → Span. Raises ValueError for other texts."""
        found = _SPAN.fullmatch(text.strip())
        if not found or float(found[1]) <= 0:
            raise ValueError(f"“{text}”不是时限，应像“4工作时”“2工作日”“1紧急工作时”“30分钟”")
        return cls(float(found[1]), Unit(found[2]))

    def __str__(self) -> str:
        return f"{self.amount:g}{'' if self.unit in _SAID_BARE else '个'}{self.unit}"

    @property
    def round_the_clock(self) -> bool:
        """Whether it runs at night and on holidays."""
        return self.unit in _NATURAL


def end_of(day: date, closes: time, zone: tzinfo = UTC) -> datetime:
    """When a stretch of this day ends. Midnight ends the day: a stretch may last until 24:00."""
    return datetime.combine(day if closes > time() else day + timedelta(days=1), closes, zone)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Working hours of a day (local, ascending, a lunch break between them; an end of 00:00 is 24:00) and working days.

    One for each town. Results are cached, because tickets of the same time ask the same.
    """

    hours: tuple[tuple[time, time], ...]
    works_on: Callable[[date], bool]
    zone: tzinfo
    _known: dict[date, tuple[tuple[datetime, datetime], ...]] = field(default_factory=dict, repr=False)
    """A cache of the stretches of days, because each new ticket asks for the same few"""

    @property
    def day_length(self) -> timedelta:
        """Working time in one working day."""
        anchor = date(2000, 1, 1)
        return sum(
            (end_of(anchor, end) - datetime.combine(anchor, start, UTC) for start, end in self.hours), timedelta()
        )

    def due(self, start: datetime, span: Span) -> datetime:
        """When a limit that begins to run at `start` runs out; aware, in the zone of `start`."""
        length = self.length(span)
        return start + length if span.unit in _NATURAL else self.add(start, length)

    @lru_cache(maxsize=256)  # noqa: B019  (for as long as its town)
    def length(self, span: Span) -> timedelta:
        """A limit in the time that it counts: 2 工作日 are two days' working hours."""
        if span.unit in _NATURAL:
            return span.amount * _NATURAL[span.unit]
        return span.amount * (self.day_length if span.unit is Unit.WORK_DAY else timedelta(hours=1))

    def left(self, now: datetime, due: datetime, span: Span) -> timedelta:
        """How much of a limit is left, in the time that it counts. Never below zero."""
        if now >= due:
            return timedelta()
        return due - now if span.unit in _NATURAL else self.worked(now, due)

    def resumed(self, now: datetime, left: timedelta, span: Span) -> datetime:
        """When a limit of which so much is left runs out, if it runs again from now on."""
        if not left:
            return now
        return now + left if span.unit in _NATURAL else self.add(now, left)

    def add(self, start: datetime, work: timedelta) -> datetime:
        """The moment at which `work` of working time has passed since `start`. `work` must be positive."""
        return self._add(start, work).astimezone(start.tzinfo)

    @lru_cache(maxsize=4096)  # noqa: B019  (for as long as its town)
    def _add(self, start: datetime, work: timedelta) -> datetime:
        for opens, closes in self._stretches(start):
            if closes - opens >= work:
                return opens + work
            work -= closes - opens
        raise AssertionError("unreachable: stretches never end")

    @lru_cache(maxsize=4096)  # noqa: B019  (for as long as its town)
    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments."""
        total = timedelta()
        for opens, closes in self._stretches(start):
            if opens >= end:
                return total
            total += min(closes, end) - opens
        raise AssertionError("unreachable: stretches never end")

    def is_working(self, at: datetime) -> bool:
        """Whether somebody is at work at this moment."""
        return next(self._stretches(at))[0] <= at

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working stretches from `start` on, the first one cut at it."""
        day = start.astimezone(self.zone).date()
        for _ in range(366 * 10):  # a calendar without working days would search forever
            for opens, closes in self._known[day] if day in self._known else self._of(day):
                if closes > start:
                    yield max(opens, start), closes
            day += timedelta(days=1)
        raise ValueError("ten years without enough working days: look at the calendar")

    def _of(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        hours = self.hours if self.works_on(day) else ()
        opened = tuple(
            (datetime.combine(day, opens, self.zone), end_of(day, closes, self.zone)) for opens, closes in hours
        )
        return self._known.setdefault(day, opened)
