"""The town's working hours and working days; invalid settings are refused."""

from collections import Counter
from datetime import date, time
from functools import lru_cache
from itertools import pairwise

import chinese_calendar
from pydantic import BaseModel, ConfigDict, field_validator

from models.calendar import Calendar, end_of
from models.ticket import CHINA

_FEASTS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Statutory holidays that fall on the same days every year"""
_STATUTORY_DAYS = 13
"""Statutory holidays in a year; with fewer days entered, the year counts as not entered"""


class WorkingHours(BaseModel):
    """Section `working_hours`: the hours of a day, with the lunch break, and the town's own days on and off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(14), time(18)))
    days_off: frozenset[date] = frozenset()
    days_on: frozenset[date] = frozenset()

    @field_validator("hours", mode="before")
    @classmethod
    def _until_midnight(cls, hours: object) -> object:
        """Replace the end 24:00, which `time` doesn't accept, by midnight."""
        if not isinstance(hours, list):
            return hours
        return [[*each[:1], "00:00"] if isinstance(each, list) and each[1:] == ["24:00"] else each for each in hours]

    @field_validator("hours")
    @classmethod
    def _one_after_the_other(cls, hours: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
        """Check that spans are in order and don't overlap, so that no hour counts twice."""
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
        """The town's own days first, then the State Council's table; after its last year, weekends and _FEASTS."""
        if day in self.days_off or day in self.days_on:
            return day in self.days_on
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:
            return day.weekday() < 5 and (day.month, day.day) not in _FEASTS

    def last_known_year(self) -> int:
        """The last year whose holidays are known, from the table or entered by the clerk."""
        entered = Counter(day.year for day in self.days_off)
        known: set[int] = {day.year for day in chinese_calendar.holidays}
        return max(known | {year for year, days in entered.items() if days >= _STATUTORY_DAYS})
