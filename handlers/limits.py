"""Promises: which limit a new ticket gets, and until when. The table is a CSV that the town's clerk keeps."""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import chinese_calendar
from pydantic import BaseModel, ConfigDict

from models.calendar import Calendar, Span
from models.ticket import CHINA

_YES = {"是", "1", "true", "yes"}


class WorkingHours(BaseModel):
    """Section `working_hours`: the day's hours with the lunch break, and the town's own days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(14), time(18)))
    days_off: frozenset[date] = frozenset()
    days_on: frozenset[date] = frozenset()

    def calendar(self) -> Calendar:
        return Calendar(self.hours, self.works_on, CHINA)

    def works_on(self, day: date) -> bool:
        """The town's own days first, then the State Council's table; past its last year: weekends only."""
        if day in self.days_off or day in self.days_on:
            return day in self.days_on
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the table: how soon to sign, how soon to put right, and the words that tell a resident why."""

    version: str
    category: str
    item: str
    urgent: bool
    accept: Span
    handle: Span
    clause: str

    @property
    def row(self) -> str:
        """Names this row for ever: a ticket keeps it."""
        return f"{self.version}/{self.category or '*'}/{self.item or '*'}{'/urgent' if self.urgent else ''}"


class LimitsError(Exception):
    """The table can't be read; `problems` has one line each, with file and line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Limits:
    """The table in force: the most exact row wins."""

    def __init__(self, rows: list[Limit]) -> None:
        self._rows = {(row.category, row.item, row.urgent): row for row in rows}

    def of(self, category: str, item: str, *, urgent: bool) -> list[Limit]:
        """The rows that hold for a ticket: its sub-item's or else its category's, and the urgent one beside it."""
        exact = [(category, item, urgent), (category, "", urgent), (category, item, False), (category, "", False)]
        rows = [self._rows[key] for key in exact if key in self._rows][:1]
        if urgent and ("", "", True) in self._rows:
            rows.append(self._rows["", "", True])
        return rows

    def clause(self, row: str) -> str:
        """The words of a row that a ticket keeps: why this limit. Empty once a new table has no such row."""
        return next((f"{limit.clause}，{limit.handle}" for limit in self._rows.values() if limit.row == row), "")

    def lacking(self, categories: list[str]) -> list[str]:
        """Categories without a row of their own."""
        return [category for category in categories if (category, "", False) not in self._rows]


@dataclass(frozen=True, slots=True)
class Promise:
    """A limit, counted from a moment."""

    limit: Limit
    accept_by: datetime
    handle_by: datetime


def promise(limits: list[Limit], start: datetime, calendar: Calendar) -> Promise:
    """Until when a ticket must be signed and put right: the earliest of the limits that hold for it."""
    promises = [Promise(row, calendar.due(start, row.accept), calendar.due(start, row.handle)) for row in limits]
    return min(promises, key=lambda each: each.handle_by)


def read_limits(path: Path) -> Limits:
    """Read the CSV. Raises LimitsError with every bad line."""
    rows: list[Limit] = []
    problems: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                rows.append(_limit(row))
            except (ValueError, KeyError) as why:
                problems.append(f"{path.name} 第{line}行：{why}")
    if problems:
        raise LimitsError(problems)
    return Limits(rows)


def _limit(row: dict[str, str]) -> Limit:
    return Limit(
        row["version"],
        row["category"],
        row["item"],
        row["urgent"].strip().lower() in _YES,
        Span.parse(row["accept"]),
        Span.parse(row["handle"]),
        row["clause"],
    )
