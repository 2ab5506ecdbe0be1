"""「每月5日、20日 18:00-20:00」「每周三」「12月5日 下午3点到5点」: dates of one event or of a series."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from nlp.answers.choices import plain
from nlp.answers.when import read_when

_JOINT = r"[、,，和及与\s]*"
_DAY = rf"\d{{1,2}}(?:[日号]|(?={_JOINT}\d{{1,2}}[日号])){_JOINT}"
_OF_MONTH = re.compile(rf"每个?月的?\s*((?:{_DAY})+)")
_WEEKDAYS = "一二三四五六日"
_OF_WEEK = re.compile(
    rf"每个?(?:周|星期|礼拜)([一二三四五六日天](?:{_JOINT}(?:周|星期|礼拜)?[一二三四五六日天](?!\d))*)"
)


@dataclass(frozen=True, slots=True)
class Series:
    """Days of the month, days of the week (1 is Monday) or one day; start and end time; and the other words."""

    begins: time
    ends: time
    words: str
    month_days: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    day: date | None = None


def read_series(text: str, now: datetime) -> Series | None:
    """None if the text names no days or no hours. `now` is local time."""
    said = plain(text)
    if found := _OF_MONTH.search(said):
        days = tuple(sorted({int(each) for each in re.findall(r"\d+", found[1])}))
        return _with_hours(_without(said, found), now, month_days=days) if all(0 < each < 32 for each in days) else None
    if found := _OF_WEEK.search(said):
        named = re.sub("周|星期|礼拜", "", found[1]).replace("天", "日")
        weekdays = tuple(sorted({_WEEKDAYS.index(each) + 1 for each in named if each in _WEEKDAYS}))
        return _with_hours(_without(said, found), now, weekdays=weekdays)
    when = read_when(said, now)
    if when is None or not when.names_day or when.until is None or when.at.date() != when.until.date():
        return None
    return Series(when.at.time(), when.until.time(), _words(said, when.start, when.end), day=when.at.date())


def _with_hours(
    said: str, now: datetime, month_days: tuple[int, ...] = (), weekdays: tuple[int, ...] = ()
) -> Series | None:
    hours = read_when(said, now)
    if hours is None or hours.until is None or hours.names_day:
        return None
    return Series(hours.at.time(), hours.until.time(), _words(said, hours.start, hours.end), month_days, weekdays)


def _without(said: str, found: re.Match[str]) -> str:
    return f"{said[: found.start()]} {said[found.end() :]}".strip()


def _words(said: str, start: int, end: int) -> str:
    return " ".join(f"{said[:start]} {said[end:]}".split())
