"""Limits on figures: 「超过三天」, 「低于八成」, 「3件以上」, 「报了三次以上」; and words to look for in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nlp.questions.numbers import NUMBER, PART, number_of, part_of
from nlp.questions.tokens import Token
from nlp.questions.vocabulary import vocabulary

_DAYS_IN = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}
_UP, _DOWN = r"(?:的)?(?:(?:及其?)?以上|往上|开外)", r"(?:及其?)?[以之]下"


@dataclass(frozen=True, slots=True)
class Bound:
    """`>`, `>=`, `<` or `<=` a number of tickets, a part of 1, days, or the mean of what is compared."""

    sign: str
    value: float
    unit: str

    def holds(self, value: float) -> bool:
        return {
            ">": value > self.value,
            ">=": value >= self.value,
            "<": value < self.value,
            "<=": value <= self.value,
        }[self.sign]

    def __str__(self) -> str:
        if self.unit == "mean":
            return f"{self.sign}mean"
        return f"{self.sign}{self.value:g}{'d' if self.unit == 'days' else ''}"


def amounts_in(text: str) -> Iterator[Token]:
    bound, repeats, keyword, mean = _forms()
    for match in mean.finditer(text):
        sign = ">" if match[2] else "<"
        yield Token("bound", Bound(sign, 0, "mean"), match.start(), match.start() + len(match[1]))
    for match in bound.finditer(text):
        if found := _bound(match):
            yield Token("bound", found, match.start(), match.start() + len(match[1]))
    for match in repeats.finditer(text):
        yield Token("repeats", _times(match), match.start(), match.start() + len(match[1]))
    for match in keyword.finditer(text):
        yield Token("keyword", match[2] or match[3], match.start(), match.start() + len(match[1]))


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    said = vocabulary().patterns
    over, under, least, most = (said[name] for name in ("over", "under", "least", "most"))
    sign = f"(?:({over})|({under})|({least})|({most}))"
    unit = r"(件|个(?![月小星礼周年])|单|次|张|起|天|日|周|个?星期|个?礼拜|个月|月|年|个?小时|小时)?"
    behind = rf"(?:({_UP}|(?=还?都?[没未]))|({_DOWN}))?"
    bound = rf"(?=({sign}?\s*(?:({PART})|({NUMBER})\s*{unit})\s*{behind}))"
    times = rf"(?:({over}|{least})?\s*({NUMBER})\s*[次回遍件]\s*((?:及其?)?以上)?(?:[的算])*)"
    repeats = rf"(?=({said['repeats']}\s*{times}))"
    of_all = "(?:全(?:市|县|区|街道)|总体|整体)?"
    mean = rf"(?=((?:({over}|[高大多]过|超出)|(?:{under}|[低小]过)){of_all}平均(?:水平|值|数|线)?))"
    quoted = r"[“\"「『'‘]([^”\"」』'’]{1,12})[”\"」』'’](?:字样|的?字眼|[这两几一二三四五]+个?字)?"
    bare = r"([^“\"「『'‘的，。,\s]{1,6}?)(?:字样|这?[两几]?个字)?(?=的|$|[，,。\s]|有(?:多少|几)|(?:多少|几))"
    keyword = rf"(?=({said['mentions']}\s*(?:{quoted}|{bare})))"
    return tuple(re.compile(form) for form in (bound, repeats, keyword, mean))


def _bound(match: re.Match[str]) -> Bound | None:
    _, over, under, least, most, part, number, unit, up, down = match.groups()
    waits = up == ""  # 「五天没办完的」 means a wait of over five days; 「一件都没有」 is no bound
    if waits and (unit or "").lstrip("个") not in {*_DAYS_IN, "小时"}:
        return None
    sign = ">" if over else "<" if under else ">=" if least or up or waits else "<=" if most or down else ""
    if not sign or (over and up) or not (part or unit or up or down or over == "过"):
        return None
    if part:
        return Bound(sign, part_of(part), "part")
    length = (unit or "").lstrip("个")
    if length == "小时":
        return Bound(sign[0], number_of(number) / 24, "days")
    days = _DAYS_IN.get(length)
    return Bound(sign[0] if days else sign, number_of(number) * (days or 1), "days" if days else "number")


def _times(match: re.Match[str]) -> int:
    _, sign, number, _up = match.groups()
    return number_of(number) + (1 if sign and "过" in sign else 0)
