"""Periods in a question, single and joined: 「10月25号到11月5号」, 「月初到现在」, 「11月20号以来」."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp.questions.days import BEGINNING, DAY, day_start, months_on, years_back
from nlp.questions.spans import spans_in


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` (included) to `until` (excluded), with its name."""

    name: str
    since: datetime
    until: datetime

    def as_json(self) -> dict[str, str]:
        """The form printed by the command line."""
        return {"name": self.name, "since": self.since.isoformat(), "until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class Said:
    """A period and where it stands in the text."""

    period: Period
    start: int
    end: int


_TO = re.compile(r"\s*(?:[一1]?直?[到至]|[-~—－–]+)+\s*")
_BETWEEN = re.compile("的?(?:之间|期间|这段时间|这一?段|这几天)")
_TILL_NOW = re.compile(
    r"[\s，,]*(?:(?:截[至止]?)?[到至](?:现在|目前|今天?|这会儿|眼下)(?:为止)?|以来|至今|(?:[起开]始?|开头)?算?起?(?<=[起始开头算])(?:到现在|至今)?(?!来))"
)
_OVER = re.compile(r"(?:过完|过后|之后|以后|后)(?:[到至](?:现在|今天?)|至今|算?起)?")
_FROM = re.compile(r"(?:自从|从|自打|自|打)\s*$")
_NO_YEAR = re.compile(r"\d{1,2}[月./-]|[一二三四五六七八九十]{1,3}月")
_VAGUE = re.compile("最近(?!.)|近期|近来|这几天|这些天|近几天|这段时间|这阵子")


def find_period(text: str, now: datetime) -> Period | None:
    """The first period that a text names; None if it names none."""
    return next((said.period for said in periods_in(text, now)), None)


def periods_in(text: str, now: datetime) -> Sequence[Said]:
    """All periods in a text, left to right, the longest at each position; impossible dates (2月30日) are skipped."""
    found: list[Said] = []
    for said in sorted(all_periods(text, now), key=lambda each: (each.start, -each.end)):
        if not found or said.start >= found[-1].end:
            found.append(said)
    return found


def all_periods(text: str, now: datetime) -> Sequence[Said]:
    """Every reading, also periods within longer ones."""
    single = [
        Said(Period(_VAGUE.sub("近7天", name), since, until), start, end)
        for since, until, name, start, end in spans_in(text, now)
    ]
    return [*single, *_joined(text, single), *_till_now(text, single, now)]


def _joined(text: str, single: Sequence[Said]) -> Iterator[Said]:
    """「周一到昨天」."""
    for first in single:
        joint = _TO.match(text, first.end)
        for second in single if joint else ():
            if joint and second.start == joint.end():
                until = _of_same_year(text[second.start : second.end], first.period, second.period)
                if first.period.since < until and second.period.since != BEGINNING:
                    end = _BETWEEN.match(text, second.end)
                    yield _said(text, first.start, end.end() if end else second.end, first.period.since, until)


def _of_same_year(words: str, first: Period, second: Period) -> datetime:
    """「去年3月到5月」: the second date has no year, so it is the next one after the first."""
    since, until = second.since, second.until
    while _NO_YEAR.match(words) and years_back(since, 1) >= first.since:
        since, until = years_back(since, 1), years_back(until, 1)
    return until


def _till_now(text: str, single: Sequence[Said], now: datetime) -> Iterator[Said]:
    """「月初到现在」, 「从10月1号起」, 「国庆过完到现在」."""
    end_of_today = day_start(now) + DAY
    for said in single:
        if open_end := _TILL_NOW.match(text, said.end):
            since = said.period.since
        elif open_end := _OVER.match(text, said.end):
            since = said.period.until
        else:
            continue
        if said.period.since == since and said.period.until >= end_of_today:
            yield Said(said.period, said.start, open_end.end())
        elif BEGINNING < since < end_of_today:
            yield _said(text, said.start, open_end.end(), since, end_of_today)


def _said(text: str, start: int, end: int, since: datetime, until: datetime) -> Said:
    if before := _FROM.search(text, 0, start):
        start = before.start()
    return Said(Period(text[start:end], since, until), start, end)


def following(period: Period, now: datetime) -> Period | None:
    """The current period that follows: 「上周」 → 本周; None if the name has no such successor."""
    return _next_to(period, now, _AFTER)


def preceding(period: Period, now: datetime) -> Period | None:
    """The period of the same length before it: 「本月」 → 上月, 「十月」 → 9月."""
    if named := _next_to(period, now, _BEFORE):
        return named
    since, until = period.since, period.until
    months = (until.year - since.year) * 12 + until.month - since.month
    if since.day == until.day == 1 and months:
        before = months_on(since, -months)
        return Period(_name_of_months(before, months), before, since)
    before = since - (until - since)
    return Period(f"{before.month}月{before.day}日起的{(until - since).days}天", before, since)


def year_before(period: Period) -> Period:
    """The same dates of the year before."""
    since, until = (years_back(moment, 1) for moment in (period.since, period.until))
    return Period(_named_a_year_before(period.name), since, until)


def _named_a_year_before(name: str) -> str:
    """「今年」 → 去年, 「2026年10月」 → 2025年10月, 「上月」 → 去年上月."""
    for year, before in _YEARS:
        if name.startswith(year):
            return before + name.removeprefix(year)
    if found := re.match(r"20\d\d(?=年)", name):
        return f"{int(found[0]) - 1}{name[found.end() :]}"
    return f"{name}的上年同期" if re.search(r"年|去|前", name) else f"去年{name}"


def _name_of_months(since: datetime, months: int) -> str:
    return f"{since.year}年{since.month}月" if months == 1 else f"{since.year}年{since.month}月起的{months}个月"


def narrowest(first: Period, second: Period) -> Period | None:
    """The inner period if one lies within the other, else None."""
    for inner, outer in ((first, second), (second, first)):
        if outer.since <= inner.since and inner.until <= outer.until:
            return inner
    return None


def _next_to(period: Period, now: datetime, names: Sequence[tuple[str, str]]) -> Period | None:
    return next((find_period(name, now) for form, name in names if re.fullmatch(form, period.name)), None)


_YEARS = (("前年", "大前年"), ("去年", "前年"), ("上年", "前年"), ("今年", "去年"), ("本年", "去年"))
_WEEK = "(?:周|星期|礼拜)"
_AFTER = (
    (r"昨(?:[天日]|儿个?)", "今天"),
    (r"前(?:[天日]|儿个?)", "昨天"),
    (rf"上个?{_WEEK}", "本周"),
    (rf"上上个?{_WEEK}", "上周"),
    (r"上个?月份?", "本月"),
    (r"上上个?月份?", "上月"),
    (r"上个?季度", "本季度"),
    (r"去年", "今年"),
)
_BEFORE = (
    (r"今(?:[天日]|儿个?)", "昨天"),
    (rf"(?:本|这个?){_WEEK}", "上周"),
    (rf"上个?{_WEEK}", "上上周"),
    (r"(?:本|这个?)月份?", "上月"),
    (r"上个?月份?", "上上月"),
    (r"(?:本|这个?)季度", "上季度"),
    (r"今年", "去年"),
)
