"""Stretches of time in a question: 今天, 上上周, 本月, 近一个月, 上季度, 10月1日到7日, 上周三到周五 …"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from handlers.figures.days import day_start, week_start
from models.ticket import CHINA
from nlp.questions.vocabulary import vocabulary

_Match = re.Match[str]
BEGINNING = datetime(2000, 1, 1, tzinfo=CHINA)
"""Of all that is told up to now"""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (included) to `until` (excluded), and how people call it."""

    name: str
    since: datetime
    until: datetime

    def as_json(self) -> dict[str, str]:
        """For those who ask by the command line."""
        return {"name": self.name, "since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Said:
    """A period and where it stands in the text."""

    period: Period
    start: int
    end: int


def find_period(text: str, now: datetime) -> Period | None:
    """The period that a text names, the first one; None where it names none."""
    return next((said.period for said in periods_in(text, now)), None)


def periods_in(text: str, now: datetime) -> Sequence[Said]:
    """All that a text names, left to right. 「10月1日到10月7日」 is one; what no calendar has (2月30日) is none."""
    found: list[Said] = []
    for said in sorted(_candidates(text, now), key=lambda each: (each.start, -each.end)):
        if not found or said.start >= found[-1].end:
            found.append(said)
    for first, second in pairwise(found):
        between = _TILL_NOW if second.period.since == BEGINNING else _TO
        if between.fullmatch(text[first.end : second.start]) and first.period.since < second.period.until:
            name = text[first.start : second.end]
            whole = Said(Period(name, first.period.since, second.period.until), first.start, second.end)
            return (whole, *(each for each in found if each.start >= second.end))
    return found


def following(period: Period, now: datetime) -> Period | None:
    """The running one after it: 「上周」 → 本周; None where its name has no such follower."""
    return _next_to(period, now, _AFTER)


def preceding(period: Period, now: datetime) -> Period | None:
    """The one before the running one: 「本月」 → 上月."""
    return _next_to(period, now, _BEFORE)


def _next_to(period: Period, now: datetime, names: Sequence[tuple[str, str]]) -> Period | None:
    return next((find_period(name, now) for form, name in names if re.fullmatch(form, period.name)), None)


def _candidates(text: str, now: datetime) -> list[Said]:
    made = ((read(match, now), match) for form, read in _FORMS for match in form.finditer(text))
    return [
        Said(Period(_VAGUE.sub("近7天", match[0]), *span), match.start(), match.end()) for span, match in made if span
    ]


_Span = tuple[datetime, datetime]
_TO = re.compile(r"\s*(?:到|至|-|~|—|－)+\s*")
_TILL_NOW = re.compile(r"(?:以来|开始)?[\s，,]*")
_NUMBER = r"\d{1,3}|[一二两三四五六七八九十]{1,3}"
_DIGITS = {"两": 2, **{digit: value for value, digit in enumerate("零一二三四五六七八九")}}


def number_of(words: str) -> int:
    """「12」 and 「十二」 → 12."""
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _day(match: _Match, now: datetime) -> _Span:
    since = day_start(now) - timedelta(days=_DAYS_BACK[match[1]])
    return since, since + timedelta(days=1)


def _week(match: _Match, now: datetime) -> _Span:
    since = week_start(now) - timedelta(weeks=_BACK[match[1]])
    return since, since + timedelta(weeks=1)


def _weekday(match: _Match, now: datetime) -> _Span | None:
    """「上周三」, 「上周三到周五」, 「周末」; without a week, the last one that has begun."""
    monday = week_start(now) - timedelta(weeks=_BACK[match[1] or "本"])
    first, last = (_WEEKDAYS.index(day) for day in (match[2], match[3] or match[2]))
    first, last = (5, 6) if first == _WEEKEND else (min(first, 6), min(last, 6))  # 天 is 日
    if last < first:
        return None
    since = monday + timedelta(days=first)
    back = timedelta(weeks=1) if not match[1] and since > now else timedelta()
    return since - back, monday + timedelta(days=last + 1) - back


def _month(match: _Match, now: datetime) -> _Span | None:
    """「上个月」, 「本月15日」."""
    since = _months_on(day_start(now), -_BACK[match[1]])
    return _of_month(since, match[2], match[3])


def _quarter(match: _Match, now: datetime) -> _Span:
    today = day_start(now)
    if match[1]:
        since = _months_on(today, -((today.month - 1) % 3) - 3 * _BACK[match[1]])
    else:
        since = _year(today, match[2]).replace(month=number_of(match[3]) * 3 - 2)
        since = since if match[2] or since <= now else _months_on(since, -12)
    return since, _months_on(since, 3)


def _half_year(match: _Match, now: datetime) -> _Span:
    since = _months_on(_year(day_start(now), match[1]), 0 if match[2] == "上" else 6)
    since = since if match[1] or since <= now else _months_on(since, -12)
    return since, _months_on(since, 6)


def _whole_year(match: _Match, now: datetime) -> _Span:
    since = _year(day_start(now), match[1])
    return since, _months_on(since, 12)


def _dated(match: _Match, now: datetime) -> _Span | None:
    """「10月」, 「去年十月三日」, 「10月1日至7日」; 「12月」 said in January is last year's."""
    year, month, day, last = match.groups()
    try:
        since = _year(day_start(now), year).replace(month=number_of(month))
    except ValueError:  # 13月
        return None
    span = _of_month(since, day, last)
    if span and not year and span[0] > now.astimezone(CHINA):
        span = _of_month(_months_on(since, -12), day, last)
    return span


def _months_of_year(match: _Match, now: datetime) -> _Span | None:
    """「1-10月」."""
    first, last = number_of(match[2]), number_of(match[3])
    if not 1 <= first < last <= _MONTHS:
        return None
    since = _year(day_start(now), match[1]).replace(month=first)
    return since, _months_on(since, last - first + 1)


def _holiday(match: _Match, now: datetime) -> _Span | None:
    """「国庆假期」: the last one that has begun; None of a year whose days off are not in the data."""
    today = day_start(now)
    spans = []
    for words, first, last in vocabulary().holidays:
        if re.fullmatch(words, match[2]) and (not match[1] or first.year == _year(today, match[1]).year):
            since = today.replace(year=first.year, month=first.month, day=first.day)
            spans.append((since, since + (last - first) + timedelta(days=1)))
    return max((span for span in spans if span[0] <= now), default=None)


def _iso(match: _Match, now: datetime) -> _Span | None:
    try:
        since = day_start(now).replace(year=int(match[1]), month=int(match[2]), day=int(match[3]))
    except ValueError:
        return None
    return since, since + timedelta(days=1)


def _lately(match: _Match, now: datetime) -> _Span | None:
    """「近7天」 ends with today."""
    until = day_start(now) + timedelta(days=1)
    length = _DAYS_IN[match[2].lstrip("个")]
    days = length // 2 if match[1] == "半" else number_of(match[1]) * length
    return (until - timedelta(days=days), until) if days else None


def _of_late(_match: _Match, now: datetime) -> _Span:
    until = day_start(now) + timedelta(days=1)
    return until - timedelta(days=7), until


def _so_far(_match: _Match, now: datetime) -> _Span:
    return BEGINNING, day_start(now) + timedelta(days=1)


def _of_month(since: datetime, day: str | None, last: str | None) -> _Span | None:
    if not day:
        return since, _months_on(since, 1)
    try:
        first, end = since.replace(day=number_of(day)), since.replace(day=number_of(last or day))
    except ValueError:  # 2月30日
        return None
    return (first, end + timedelta(days=1)) if first <= end else None


def _year(today: datetime, said: str | None) -> datetime:
    start = today.replace(month=1, day=1)
    if not said:
        return start
    digits = said.rstrip("年")
    return start.replace(year=int(digits) if digits.isdigit() else start.year - _YEARS_BACK[digits])


def _months_on(start: datetime, months: int) -> datetime:
    """The first of the month so many months on."""
    years, month = divmod(start.month - 1 + months, _MONTHS)
    return start.replace(year=start.year + years, month=month + 1, day=1)


_MONTHS = 12
_WEEKDAYS = "一二三四五六日天末"
_WEEKEND = _WEEKDAYS.index("末")
_DAYS_BACK = {"今": 0, "本": 0, "昨": 1, "前": 2, "大前": 3}
_YEARS_BACK = {"今": 0, "去": 1, "前": 2}
_BACK = {"上上": 2, "上": 1, "本": 0, "这": 0, "这个": 0, "上个": 1, "上上个": 2}
_DAYS_IN = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "季度": 91, "年": 365}
_THAT = r"(上上个?|上个?|本|这个?)"
_WEEK = "(?:周|星期|礼拜)"
_YEAR = r"((?:20)\d{2}年|[今去前]年)"
_WEEKDAY = "([二四五六天末]|一(?![共直般些起])|三(?![日天])|日(?!均))"  # 「本周一共」, 「本周三日办结率」: the week
_VAGUE = re.compile("最近(?!.)|近期|近来|这几天|这些天|近几天")
_AFTER = (
    (r"昨(?:[天日]|儿个?)", "今天"),
    (rf"上个?{_WEEK}", "本周"),
    (r"上个?月份?", "本月"),
    (r"上个?季度", "本季度"),
    (r"去年", "今年"),
)
_BEFORE = (
    (r"今(?:[天日]|儿个?)", "昨天"),
    (rf"(?:本|这个?){_WEEK}", "上周"),
    (r"(?:本|这个?)月份?", "上月"),
    (r"(?:本|这个?)季度", "上季度"),
    (r"今年", "去年"),
)
_DAY = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_HOLIDAYS = "|".join(dict.fromkeys(words for words, _, _ in vocabulary().holidays))
_UP_TO = r"(?:到|至|-|~|—)"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Match, datetime], _Span | None]], ...] = (
    (re.compile(r"(今|昨|大?前|本(?=日))(?:[天日]|儿个?)"), _day),
    (re.compile(_THAT + _WEEK), _week),
    (re.compile(rf"{_THAT}?{_WEEK}{_WEEKDAY}(?:{_UP_TO}{_WEEK}?{_WEEKDAY})?"), _weekday),
    (re.compile(rf"{_THAT}月(?:份?{_DAY}(?:[日号]?{_UP_TO}{_DAY})?[日号])?"), _month),
    (re.compile(rf"{_THAT}季度|{_YEAR}?第?([一二三四1-4])季度"), _quarter),
    (re.compile(rf"{_YEAR}?([上下])半年"), _half_year),
    (re.compile(_YEAR), _whole_year),
    (re.compile(rf"{_YEAR}?{_DAY}月(?:{_DAY}[日号]?(?:{_UP_TO}{_DAY})?[日号]|份)?"), _dated),
    (re.compile(rf"{_YEAR}?{_DAY}月?{_UP_TO}{_DAY}月(?!\d)"), _months_of_year),
    (re.compile(rf"{_YEAR}?({_HOLIDAYS})(?:节|小?长?假期?|放假|期间|那会儿|[这那]?(?:几天|段))*里?"), _holiday),
    (re.compile(r"(20\d{2})[-/.](\d{1,2})[-/.](\d{1,2})"), _iso),
    (re.compile(rf"(?:最近|近|过去|这(?!一))的?({_NUMBER}|半)\s*(天|日|个?(?:周|星期|礼拜|月|季度)|年)"), _lately),
    (re.compile(rf"({_NUMBER}|半)\s*(天|个?(?:周|星期|礼拜|月|季度)|年)以?来(?![的电])"), _lately),
    (re.compile("最近|近期|近来|这几天|这些天|近几天"), _of_late),
    (re.compile("(?:截[至止到]*|到|至)(?:今天|今|现在|目前)(?:为止)?|迄今|上线以来"), _so_far),
)
