"""「明天上午9-11点」「周六行吗」「到下周五」: the day and hours that people write. The words are data: when.yaml."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import yaml

from nlp.answers.choices import plain
from nlp.answers.small_numbers import SMALL, small
from nlp.model.labels import DATA

_PIECES = re.compile(r"[,，。.;；、！!\s]+")
_WEEKDAYS = "一二三四五六日"
_CLOCK = rf"(?P<@h>{SMALL})(?:[点时](?:(?P<@half>半)|(?P<@m>\d{{1,2}})分?)?|[:：](?P<@mm>\d\d))"
_FROM, _TO = _CLOCK.replace("@", "a"), _CLOCK.replace("@", "b")
_BARE_TO_CLOCK = rf"(?P<a0h>{SMALL})(?=\s*(?:到|至|[-~—])\s*{SMALL}[点时])"
_HOURS = re.compile(rf"(?:{_FROM}|{_BARE_TO_CLOCK})(?:\s*(?:到|至|[-~—])\s*{_TO}|(?!水|电))(?![滴分个户家])")
_DATE = re.compile(
    r"(?<![\d.])(?:(?P<y>20\d\d)[-年/.])?(?P<m>\d{1,2})[-月/.](?P<d>\d{1,2})(?:日|号(?!楼))?(?![\d.号:：点米元块度吨倍%]|-\d)"
)
_DAY_OF_MONTH = re.compile(r"(?<!\d)(?P<d>\d{1,2})[号日](?!楼|院|线|门|地)")
_WEEK = r"(?:周|星期|礼拜)"
_WEEKDAY = re.compile(
    rf"(?P<next>下个?)?(?:这个?|本)?{_WEEK}(?P<day>[一二三四五六日天]|末)"
    rf"(?:\s*(?P<till>[到至~-])?[和跟或、]?\s*{_WEEK}?(?P<last>[二三四五六日天])(?!\s*[点时十\d楼栋号单]))?"
)
"""One day of the week, or the first and last of several: 「周六日」「周四和周五」; in 「周三四点」 four is the hour"""
_WITHIN = re.compile(
    rf"(?P<n>\d{{1,3}}|{SMALL}|半)\s*(?P<unit>个?[天日周]|个?星期|个?礼拜|个月)(?:之?内|以内|之?后|以后)"
)
_DAYS_IN = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}
_MONTH_END = re.compile(r"(?:(?<!\d)(?P<m>\d{1,2})|这个?|本)?月(?:底|末)")


@dataclass(frozen=True, slots=True)
class When:
    """A time span in local time; `until` is None for a moment. `start`, `end`: its position in the text."""

    at: datetime
    until: datetime | None
    start: int
    end: int
    names_day: bool = True

    @property
    def last_day(self) -> date:
        return (self.until or self.at).date()


def read_when(text: str, now: datetime) -> When | None:
    """The first day and hours that a text names, always in the future; None if none. `now` is local time."""
    said = plain(text)
    day, part, hours = _day(said, now.date()), _part(said), _hours(said)
    found = [each for each in (day, part, hours) if each]
    if not found:
        return None
    first, last = day[2] if day else (now.date(), now.date())
    begins, ends = _within_day(part[2] if part else None, hours[2] if hours else None)
    at = datetime.combine(first, begins, now.tzinfo)
    until = datetime.combine(last, ends, now.tzinfo) if ends else None
    if not day and (until or at) <= now:
        at, until = at + timedelta(days=1), until and until + timedelta(days=1)
    return When(at, until, min(each[0] for each in found), max(each[1] for each in found), day is not None)


def tells_when_home(text: str) -> bool:
    """「下午在家」「改天来」「周六行吗」: about the time of a visit."""
    return re.search(_data()["home"], plain(text)) is not None


def is_about_a_visit(text: str, now: datetime) -> bool:
    """「行吗」 is about a visit only together with a time: 「这样收费行吗」 is not."""
    said = plain(text)
    at_home = re.search(_data()["at_home"], said) or puts_off(said)
    return bool(at_home) or (tells_when_home(said) and read_when(said, now) is not None)


def home_hours(text: str, now: datetime) -> When | None:
    """When somebody is at home: the Saturday in 「周五我不在，周六来行吗」."""
    suits = [piece for piece in _PIECES.split(plain(text)) if piece and not puts_off(piece)]
    return next((when for piece in suits if (when := read_when(piece, now))), None)


def offered_hours(text: str, now: datetime) -> When | None:
    """「马桶漏水，我下午在家」: future hours when somebody is at home; past ones don't count."""
    said = plain(text)
    if not re.search(_data()["is_there"], said):
        return None
    there = [piece for piece in _PIECES.split(said) if re.search(_data()["is_there"], piece)]
    return next((when for piece in there if not puts_off(piece) and (when := read_when(piece, now))), None)


def beside_offer(text: str) -> str:
    """A report without the hours at home: they say nothing about the problem."""
    pieces = _PIECES.split(plain(text))
    return "，".join(piece for piece in pieces if piece and not re.search(_data()["is_there"], piece))


def puts_off(text: str) -> bool:
    """「今天没空，改天来」: the time does not suit."""
    return re.search(_data()["not_then"], plain(text)) is not None


def _within_day(part: list[str] | None, hours: tuple[time, time | None] | None) -> tuple[time, time | None]:
    if hours is None:
        begins, ends = part or _data()["whole_day"]
        return time.fromisoformat(begins), time.fromisoformat(ends)
    of_24 = hours[0].hour == 0 or (hours[1] is not None and hours[1].hour > 12)  # 「6点到22点」 begins in the morning
    after_noon = part is not None and time.fromisoformat(part[1]) > time(13)
    is_early = part is None and hours[0].hour < _EARLY and not of_24
    begins = _afternoon(hours[0]) if after_noon or is_early else hours[0]
    ends = hours[1] and (_afternoon(hours[1]) if hours[1] < begins else hours[1])
    return begins, ends


_EARLY = 7
"""No visits before this hour: 「3点」 means the afternoon"""


def _afternoon(clock: time) -> time:
    return clock.replace(hour=clock.hour + 12) if clock.hour < 12 else clock


_Found = tuple[int, int, Any]


def _day(said: str, today: date) -> _Found | None:
    """The first form that gives a day; an impossible date, 「2月30日」, gives none."""
    if (written := _DATE.search(said)) and (written["y"] or "月" in written[0]):
        return _dated(said, today)
    forms: tuple[Callable[[str, date], _Found | None], ...] = (_dated, _of_week, _within, _of_month, _named)
    return next((found for form in forms if (found := form(said, today))), None)


def _dated(said: str, today: date) -> _Found | None:
    found = _DATE.search(said)
    if found is None:
        return None
    year = int(found["y"] or today.year)
    day = _made(year, int(found["m"]), int(found["d"]))
    if day and not found["y"] and day < today:
        day = _made(year + 1, day.month, day.day)
    return (found.start(), found.end(), (day, day)) if day else None


def _of_week(said: str, today: date) -> _Found | None:
    found = _WEEKDAY.search(said)
    if found is None:
        return None
    first, last = ("六", "日") if found["day"] == "末" else (found["day"], found["last"] or found["day"])
    wanted, more = _weekday(first), _weekday(last) - _weekday(first)
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=wanted, weeks=1 if found["next"] else 0)
    day += timedelta(weeks=1) if day < today else timedelta()
    if more > 1 and not found["till"]:
        more = 0  # 「周三或周五」 is not Thursday
    return found.start(), found.end() if more > 0 else found.end("day"), (day, day + timedelta(days=max(more, 0)))


def _weekday(named: str) -> int:
    return _WEEKDAYS.index(named.replace("天", "日"))


def _within(said: str, today: date) -> _Found | None:
    """「三天内」「半个月内」「一周后」: until that day; half a day doesn't count."""
    found = _WITHIN.search(said)
    if found is None:
        return None
    days = _DAYS_IN[found["unit"].removeprefix("个")]
    day = today + timedelta(days=days // 2 if found["n"] == "半" else days * small(found["n"]))
    return found.start(), found.end(), (day, day)


def _of_month(said: str, today: date) -> _Found | None:
    if found := _MONTH_END.search(said):
        last = _last_of_month(today, int(found["m"] or today.month))
        return (found.start(), found.end(), (last, last)) if last else None
    found = _DAY_OF_MONTH.search(said)
    day = _made(today.year, today.month, int(found["d"])) if found else None
    if found is None or day is None:
        return None
    if day < today:
        day = _made(today.year + today.month // 12, today.month % 12 + 1, day.day)
    return (found.start(), found.end(), (day, day)) if day else None


def _last_of_month(today: date, month: int) -> date | None:
    """The last day of the next such month, in this year or the next."""
    if not 1 <= month <= 12:
        return None
    year = today.year + (month < today.month)
    return date(year, month, monthrange(year, month)[1])


def _named(said: str, today: date) -> _Found | None:
    found = _any_of("days").search(said)
    if found is None:
        return None
    behind = _any_of("days").match(said, found.end())
    first, last = (today + timedelta(days=_data()["days"][each[0]]) for each in (found, behind or found))
    return found.start(), (behind or found).end(), (first, max(first, last))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _part(said: str) -> _Found | None:
    if found := _any_of("parts").search(said):
        return found.start(), found.end(), _data()["parts"][found[0]]
    found = re.search(rf"(?<!最)({'|'.join(_data()['before_a_clock'])})(?=\s*{SMALL}\s*[点:：])", said)
    return (found.start(), found.end(), _data()["parts"][_data()["before_a_clock"][found[0]]]) if found else None


def _hours(said: str) -> _Found | None:
    found = _HOURS.search(said)
    if found is None:
        return None
    begins = _clock(found["ah"] or found["a0h"], found["amm"] or found["am"], found["ahalf"])
    ends = _clock(found["bh"], found["bmm"] or found["bm"], found["bhalf"]) if found["bh"] else None
    return (found.start(), found.end(), (begins, ends)) if begins else None


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    hours = small(hour)
    minutes = 30 if half else int(minute or 0)
    if (hours, minutes) == (24, 0):
        return time.max.replace(second=0, microsecond=0)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None


def _longest_first(words: dict[str, Any]) -> Iterator[str]:
    return iter(sorted(words, key=len, reverse=True))


@cache
def _any_of(name: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _longest_first(_data()[name]))))


@cache
def _data() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load((DATA / "when.yaml").read_text("utf-8"), loader))  # noqa: S506  (both are safe)
