"""Promises: which limit a new ticket gets, and until when. The table is a CSV that the town's clerk keeps."""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import chinese_calendar
from pydantic import BaseModel, ConfigDict, field_validator

from handlers.town.limits_in_plain_words import within
from models.calendar import Calendar, Span, end_of
from models.ticket import CHINA

_YES = {"是", "1", "true", "yes"}
_RED = "红色"
_FEASTS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Statutory holidays that fall on the same days every year"""
_STATUTORY_DAYS = 13
"""Statutory holidays of a year: a clerk who entered fewer has not entered the year"""


class WorkingHours(BaseModel):
    """Section `working_hours`: the day's hours with the lunch break, and the town's own days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(14), time(18)))
    days_off: frozenset[date] = frozenset()
    days_on: frozenset[date] = frozenset()

    @field_validator("hours", mode="before")
    @classmethod
    def _until_midnight(cls, hours: object) -> object:
        """24:00 is an end that people write and `time` doesn't know: midnight stands for it."""
        if not isinstance(hours, list):
            return hours
        return [[*each[:1], "00:00"] if isinstance(each, list) and each[1:] == ["24:00"] else each for each in hours]

    @field_validator("hours")
    @classmethod
    def _one_after_the_other(cls, hours: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
        """Whatever else would be counted twice, or never end."""
        if not hours:
            raise ValueError('至少要有一段上班时间，如 ["08:30", "12:00"]')
        day = date(2000, 1, 1)
        spans = [(end_of(day, end), opens, end) for opens, end in hours]
        for closes, opens, end in spans:
            if (closes.date() == day and opens >= end) or opens.tzinfo or end.tzinfo:
                raise ValueError(f"{opens:%H:%M}–{end:%H:%M} 应先开始后结束；跨零点的写成两段，一段到 24:00 为止")
        for (closes, *_), (_, opens, _) in pairwise(spans):
            if closes.date() > day or closes.time() > opens:
                raise ValueError(f"各段应按时间先后、不重叠：{opens:%H:%M} 开始的一段排在前一段结束以前")
        return hours

    def calendar(self) -> Calendar:
        return Calendar(self.hours, lru_cache(maxsize=4096)(self.works_on), CHINA)

    def works_on(self, day: date) -> bool:
        """The town's own days first, then the State Council's table; past its last year weekends and fixed feasts."""
        if day in self.days_off or day in self.days_on:
            return day in self.days_on
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5 and (day.month, day.day) not in _FEASTS

    def last_known_year(self) -> int:
        """The last year whose holidays are known: from the table, or because the clerk has entered a year's."""
        entered = Counter(day.year for day in self.days_off)
        known: set[int] = {day.year for day in chinese_calendar.holidays}
        return max(known | {year for year, days in entered.items() if days >= _STATUTORY_DAYS})


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table: how soon to sign, how soon to put right, and the words that tell a resident why."""

    version: str
    category: str
    item: str
    words: tuple[str, ...]
    """Where a sub-item has several limits: the words of which a report must have one (井盖 + 没了, 丢了)"""
    urgent: bool
    red_flag: bool
    accept: Span
    handle: Span
    clause: str

    @property
    def since(self) -> date:
        """The day from which its version is in force."""
        return date.fromisoformat(self.version if len(self.version) > len("2026-11") else f"{self.version}-01")

    @property
    def row(self) -> str:
        """Names this row for ever: a ticket keeps it."""
        urgency = "/red" if self.red_flag else "/urgent" if self.urgent else ""
        name = f"{self.version}/{self.category or '*'}/{self.item or '*'}"
        return name + (f"/{self.clause}" if self.words else "") + urgency

    def holds(self, text: str) -> bool:
        return not self.words or any(word in text for word in self.words)


class LimitsError(Exception):
    """The table can't be read; `problems` has one line each, with file and line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


_Key = tuple[str, str, bool, bool]


class Limits:
    """The table in all its versions: of those in force the newest row wins, the most exact one first.

    A new version holds the changed rows alone; what it doesn't name stays as it was.
    """

    def __init__(self, rows: list[Limit]) -> None:
        self._by_name = {row.row: row for row in rows}
        self._rows: dict[_Key, list[Limit]] = {}
        for row in sorted(rows, key=lambda each: (each.since, bool(each.words)), reverse=True):
            self._rows.setdefault((row.category, row.item, row.urgent, row.red_flag), []).append(row)

    def of(
        self,
        category: str,
        item: str,
        *,
        urgent: bool,
        red_flag: bool = False,
        text: str = "",
        on: date | None = None,
    ) -> list[Limit]:
        """The rows that hold for a ticket filed on a day: its own, and those of all urgent ones and red flags."""
        exact = [(category, item, urgent), (category, "", urgent), (category, item, False), (category, "", False)]
        own = (self._newest((*key, False), text, on) for key in exact)
        general = [("", "", True, False)] * urgent + [("", "", False, True)] * red_flag
        rows = [next((row for row in own if row), None), *(self._newest(key, text, on) for key in general)]
        return [row for row in rows if row]

    def _newest(self, key: _Key, text: str, on: date | None) -> Limit | None:
        """Tickets from before the first version get the oldest: a promise must stand on some row."""
        rows = [row for row in self._rows.get(key, ()) if row.holds(text)]
        return next((row for row in rows if on is None or row.since <= on), rows[-1] if rows else None)

    def named(self, row: str) -> Limit | None:
        """The row that a ticket keeps, of whatever version. None once it was taken out of the file."""
        return self._by_name.get(row)

    def clause(self, row: str) -> str:
        """Why this limit, to a resident: 「井盖缺失，2小时内」. Empty once the file has no such row."""
        limit = self._by_name.get(row)
        return f"{limit.clause}，{within(limit.handle)}" if limit else ""

    def lacking(self, categories: list[str]) -> list[str]:
        """Categories without a row of their own."""
        return [category for category in categories if (category, "", False, False) not in self._rows]


@dataclass(frozen=True, slots=True)
class Promise:
    """Two clocks, each with its limit, counted from a moment. `limit` is the row that set the time to put right."""

    limit: Limit
    accept: Span
    accept_by: datetime
    handle_by: datetime


def local_day(now: datetime) -> date:
    """The day in China: which version is in force."""
    return now.astimezone(CHINA).date()


def promise(limits: list[Limit], start: datetime, calendar: Calendar) -> Promise:
    """Until when a ticket must be signed and put right: for each clock the earliest of the limits that hold for it."""
    accept_by, _, accept = min((calendar.due(start, row.accept), place, row.accept) for place, row in enumerate(limits))
    handle_by, place = min((calendar.due(start, row.handle), place) for place, row in enumerate(limits))
    return Promise(limits[place], accept, min(accept_by, handle_by), handle_by)


def read_limits(path: Path) -> Limits:
    """Read the CSV. Raises LimitsError with every bad line."""
    rows: list[Limit] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                limit = _limit(row)
                if limit.row in seen:
                    raise ValueError(f"和第{seen[limit.row]}行重复")  # noqa: TRY301  (joins the other problems)
                seen[limit.row] = line
                rows.append(limit)
            except (ValueError, KeyError) as why:
                problems.append(f"{path.name} 第{line}行：{why}")
    if problems:
        raise LimitsError(problems)
    return Limits(rows)


def _limit(row: dict[str, str]) -> Limit:
    limit = Limit(
        row["version"].strip(),
        row["category"],
        row["item"],
        tuple((row.get("words") or "").split()),
        row["urgent"].strip().lower() in _YES,
        row["urgent"].strip() == _RED,
        Span.parse(row["accept"]),
        Span.parse(row["handle"]),
        row["clause"],
    )
    try:
        limit.since  # noqa: B018  (only whether it can be read)
    except ValueError:
        raise ValueError(f"版本“{limit.version}”应是开始执行的年月或日期，像“2026-11”“2026-11-15”") from None
    return limit
