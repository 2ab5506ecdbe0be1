"""Turns a matched form of a period into its dates; None for impossible dates."""

import re
from datetime import datetime, timedelta

from nlp.questions.days import BEGINNING, CHINA, DAY, MONTHS, day_start, months_on, quarter_start, week_start
from nlp.questions.holidays import holiday, lunar_day
from nlp.questions.numbers import number_of

Match = re.Match[str]
Span = tuple[datetime, datetime]


def day(match: Match, now: datetime) -> Span:
    since = day_start(now) - _DAYS_BACK[match[1]] * DAY
    return since, since + DAY


def week(match: Match, now: datetime) -> Span:
    since = week_start(now) - timedelta(weeks=_BACK[match[1]])
    return since, since + timedelta(weeks=1)


def weekday(match: Match, now: datetime) -> Span | None:
    """「上周三」, 「上周三到周五」, 「周末」; without a week, the last one that has begun."""
    monday = week_start(now) - timedelta(weeks=_BACK[match[1] or "本"])
    first, last = (_WEEKDAYS.index(day) for day in (match[2], match[3] or match[2]))
    first, last = (5, 6) if first >= _WEEKEND else (min(first, 6), min(last, 6))  # 天 is 日
    if last < first:
        return None
    since = monday + first * DAY
    back = timedelta(weeks=1) if match[1] in {None, "刚过去的"} and since > now else timedelta()
    return since - back, monday + (last + 1) * DAY - back


def month(match: Match, now: datetime) -> Span | None:
    """「上个月」, 「本月15日」."""
    since = months_on(day_start(now), -_BACK[match[1]])
    return _of_month(since, match[2], match[3])


def part_of_month(match: Match, now: datetime) -> Span | None:
    """「上月中旬」, 「10月下半月」, 「十月头十天」."""
    of_that, year, month, part, first_days = match.groups()
    if month:
        span = _month_named(year, month, now)
    else:
        since = months_on(day_start(now), -_BACK[of_that or "本"])
        span = since, months_on(since, 1)
    if span is None:
        return None
    since, until = span
    first, end = (0, number_of(first_days)) if first_days else _PARTS_OF_MONTH[part]
    return since + first * DAY, since + end * DAY if end else until


def weeks_of_month(match: Match, now: datetime) -> Span | None:
    """「上个月最后一周」, 「十月第二周」: seven days each, the first from the 1st on; 「上月最后三天」."""
    of_that, year, month, number, first, last, unit = match.groups()
    if month:
        span = _month_named(year, month, now)
    else:
        since = months_on(day_start(now), -_BACK[of_that])
        span = since, months_on(since, 1)
    if span is None:
        return None
    days = 7 if re.fullmatch(WEEKS, unit) else 1
    if number:
        since = span[0] + (number_of(number) - 1) * days * DAY
        return (since, min(since + days * DAY, span[1])) if since < span[1] else None
    length = number_of(first or last) * days * DAY
    return (span[0], span[0] + length) if first else (span[1] - length, span[1])


def around_holiday(match: Match, now: datetime) -> Span | None:
    """「国庆节前一周」, 「春节后三天」."""
    year = _year(day_start(now), match[1]).year if match[1] else None
    span = holiday(match[2], year, now)
    if span is None:
        return None
    length = number_of(match[4]) * _DAYS_IN[match[5].lstrip("个")] * DAY
    return (span[0] - length, span[0]) if match[3] == "前" else (span[1], span[1] + length)


def week_of(match: Match, now: datetime) -> Span | None:
    """「11月16日那周」, 「国庆那个月」."""
    span = _month_named(match[1], match[2], now, match[3])
    if span is None:
        return None
    if "月" in match[4]:
        return months_on(span[0], 0), months_on(span[0], 1)
    since = week_start(span[0])
    return since, since + timedelta(weeks=1)


def workdays(match: Match, now: datetime) -> Span:
    """「上周工作日」: Monday to Friday."""
    since = week_start(now) - timedelta(weeks=_BACK[match[1]])
    return since, since + 5 * DAY


def quarter(match: Match, now: datetime) -> Span:
    if match[1]:
        since = months_on(quarter_start(now), -3 * _BACK[match[1]])
    else:
        since = _year(day_start(now), match[2]).replace(month=number_of(match[3]) * 3 - 2)
        since = since if match[2] or since <= now else months_on(since, -12)
    return since, months_on(since, 3)


def first_of_year(match: Match, now: datetime) -> Span:
    """「今年前三季度」, 「去年前五个月」."""
    since = _year(day_start(now), match[1])
    return since, months_on(since, number_of(match[2]) * (3 if "季" in match[3] else 1))


def half_year(match: Match, now: datetime) -> Span:
    since = months_on(_year(day_start(now), match[1]), 0 if match[2] == "上" else 6)
    since = since if match[1] or since <= now else months_on(since, -12)
    return since, months_on(since, 6)


def whole_year(match: Match, now: datetime) -> Span:
    since = _year(day_start(now), match[1])
    return since, months_on(since, MONTHS)


def dated(match: Match, now: datetime) -> Span | None:
    """「10月」, 「去年十月三日」, 「10月1日至7日」; 「12月」 said in January is last year's."""
    year, month, day, last = match.groups()
    return _month_named(year, month, now, day, last)


def _month_named(
    year: str | None, month: str, now: datetime, day: str | None = None, last: str | None = None
) -> Span | None:
    number = number_of(month)
    if not 1 <= number <= MONTHS:
        return None
    since = _year(day_start(now), year).replace(month=number)
    span = _of_month(since, day, last)
    if span and not year and span[0] > now.astimezone(CHINA):
        span = _of_month(months_on(since, -12), day, last)
    return span


def months_of_year(match: Match, now: datetime) -> Span | None:
    """「1-10月」, 「七八月份」."""
    first, last = number_of(match[2]), number_of(match[3])
    if not 1 <= first < last <= MONTHS:
        return None
    since = _year(day_start(now), match[1]).replace(month=first)
    since = since if match[1] or since <= now else months_on(since, -12)
    return since, months_on(since, last - first + 1)


def beginning(match: Match, now: datetime) -> Span:
    """「月初」; only its first day is certain, as in 「月初到现在」."""
    since = {"年": _year(day_start(now), None), "季": quarter_start(now), "周": week_start(now)}
    first = since.get(match[1], months_on(day_start(now), 0))
    return first, first + DAY


def days_off(match: Match, now: datetime) -> Span | None:
    year = _year(day_start(now), match[1]).year if match[1] else None
    return holiday(match[2], year, now)


def lunar(match: Match, now: datetime) -> Span | None:
    return lunar_day(match[1], match[2], now)


def iso(match: Match, now: datetime) -> Span | None:
    try:
        since = day_start(now).replace(year=int(match[1]), month=int(match[2]), day=int(match[3]))
    except ValueError:
        return None
    return since, since + DAY


def month_and_day(match: Match, now: datetime) -> Span | None:
    """「11.3」, 「11/3」."""
    return _month_named(None, match[1], now, match[2])


def day_of_month(match: Match, now: datetime) -> Span | None:
    """「26号」: the last one that has begun."""
    month = months_on(day_start(now), 0)
    span = _of_month(month, match[1], None)
    return span if span and span[0] <= now else _of_month(months_on(month, -1), match[1], None)


def lately(match: Match, now: datetime) -> Span | None:
    """「近7天」 ends with today."""
    until = day_start(now) + DAY
    length = _DAYS_IN[match[2].lstrip("个")]
    days = length // 2 if match[1] == "半" else number_of(match[1]) * length
    return (until - days * DAY, until) if days else None


def of_late(_match: Match, now: datetime) -> Span:
    until = day_start(now) + DAY
    return until - 7 * DAY, until


def so_far(_match: Match, now: datetime) -> Span:
    return BEGINNING, day_start(now) + DAY


def _of_month(since: datetime, day: str | None, last: str | None) -> Span | None:
    if not day:
        return since, months_on(since, 1)
    try:
        first, end = since.replace(day=number_of(day)), since.replace(day=number_of(last or day))
    except ValueError:  # 2月30日
        return None
    return (first, end + DAY) if first <= end else None


def _year(today: datetime, said: str | None) -> datetime:
    start = today.replace(month=1, day=1)
    if not said:
        return start
    digits = said.rstrip("年度")
    return start.replace(year=int(digits) if digits.isdigit() else start.year - _YEARS_BACK[digits])


_WEEKDAYS = "一二三四五六日天末休"
_WEEKEND = _WEEKDAYS.index("末")
_DAYS_BACK = {"今": 0, "本": 0, "昨": 1, "前": 2, "大前": 3}
_YEARS_BACK = {"今": 0, "本": 0, "去": 1, "上": 1, "前": 2}
_BACK = {
    "上上": 2,
    "上": 1,
    "本": 0,
    "这": 0,
    "这个": 0,
    "这一": 0,
    "这一个": 0,
    "上个": 1,
    "上一": 1,
    "上一个": 1,
    "上上个": 2,
    "刚过去的": 0,
}
_DAYS_IN = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "季度": 91, "年": 365}
_PARTS_OF_MONTH = {"上旬": (0, 10), "中旬": (10, 20), "下旬": (20, 0), "上半月": (0, 15), "下半月": (15, 0)}
WEEKS = "个?(?:周|星期|礼拜)"
