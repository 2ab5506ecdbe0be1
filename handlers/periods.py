"""Stretches of time in a question: 今天, 昨天, 本周, 上周, 本月, 近30天, 10月, 11月3日 …"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.figures import day_start, week_start
from models.ticket import CHINA


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (included) to `until` (excluded), and how people call it."""

    name: str
    since: datetime
    until: datetime


def _months_back(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 - months, 12)
    return start.replace(year=start.year + years, month=month + 1, day=1)


def _days(name: str, back: int, length: int) -> tuple[str, Callable[[datetime], Period]]:
    def period(now: datetime) -> Period:
        since = day_start(now) - timedelta(days=back)
        return Period(name, since, since + timedelta(days=length))

    return name, period


def _weeks(name: str, back: int) -> tuple[str, Callable[[datetime], Period]]:
    def period(now: datetime) -> Period:
        since = week_start(now) - timedelta(weeks=back)
        return Period(name, since, since + timedelta(weeks=1))

    return name, period


def _months(name: str, back: int) -> tuple[str, Callable[[datetime], Period]]:
    def period(now: datetime) -> Period:
        start = day_start(now)
        return Period(name, _months_back(start, back), _months_back(start, back - 1))

    return name, period


def _years(name: str, back: int) -> tuple[str, Callable[[datetime], Period]]:
    def period(now: datetime) -> Period:
        start = day_start(now).replace(month=1, day=1)
        return Period(name, start.replace(year=start.year - back), start.replace(year=start.year - back + 1))

    return name, period


_NAMED: tuple[tuple[str, Callable[[datetime], Period]], ...] = (
    _days("今天", 0, 1),
    _days("今日", 0, 1),
    _days("昨天", 1, 1),
    _days("昨日", 1, 1),
    _days("前天", 2, 1),
    _weeks("本周", 0),
    _weeks("这周", 0),
    _weeks("这个星期", 0),
    _weeks("上周", 1),
    _weeks("上个星期", 1),
    _months("本月", 0),
    _months("这个月", 0),
    _months("上个月", 1),
    _months("上月", 1),
    _years("今年", 0),
    _years("去年", 1),
)
_LATELY = re.compile(r"(?:近|最近|过去)(\d{1,3})\s*(天|日|周|个星期|个?月)")
_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(?:(\d{1,2})[日号])?")
_DAYS_IN = {"天": 1, "日": 1, "周": 7, "个星期": 7, "月": 30, "个月": 30}


def find_period(text: str, now: datetime) -> Period | None:
    """The period that a text names, the first one; None where it names none."""
    if found := _LATELY.search(text):
        until = day_start(now) + timedelta(days=1)
        return Period(found[0], until - timedelta(days=int(found[1]) * _DAYS_IN[found[2]]), until)
    named = [(text.find(name), name, period) for name, period in _NAMED if name in text]
    if named:
        return min(named, key=lambda each: each[0])[2](now)
    return _dated(text, now)


def _dated(text: str, now: datetime) -> Period | None:
    found = _DATE.search(text)
    if not found:
        return None
    today = now.astimezone(CHINA)
    year = int(found[1]) if found[1] else today.year
    try:
        since = day_start(now).replace(year=year, month=int(found[2]), day=int(found[3] or 1))
    except ValueError:  # 2月30日
        return None
    if not found[1] and since > today:  # 「12月」 said in January is last year's
        since = since.replace(year=year - 1)
    return Period(found[0], since, since + timedelta(days=1) if found[3] else _months_back(since, -1))
