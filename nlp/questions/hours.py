"""Hours of the day in a question: 「夜里10点到早上6点」, 「晚上八点之后」, 「7:00-9:00」, 「早高峰」."""

import re
from collections.abc import Iterator
from functools import cache

from nlp.questions.numbers import number_of
from nlp.questions.tokens import Token
from nlp.questions.vocabulary import vocabulary

_NOON, _MIDNIGHT = 12, 24
_CLOCK = r"(?:(\d{1,2})[:：]00|(\d{1,2}|[零〇一二两三四五六七八九十]{1,3})(?:点钟?|时))(?!半|[一二三四五六七八九十\d])"
_OF_A_DAY = re.compile(r"([今昨前])(.)上?")
_AFTERNOON = re.compile("下午|傍晚")
_EVENING = re.compile("晚|夜")


def hours_in(text: str) -> Iterator[Token]:
    """Whole hours [from, to); [22, 6] runs over midnight. Minutes are ignored."""
    named, clock = _forms()
    for match in named.finditer(text):
        yield Token("hours", _named(match[1]), match.start(), match.start() + len(match[1]))
    for match in clock.finditer(text):
        if span := _between(match):
            yield Token("hours", span, match.start(), match.start() + len(match[1]))
    for match in _OF_A_DAY.finditer(text):  # the day itself is read as a period
        if span := vocabulary().hours_of_a_day.get(match[2]):
            yield Token("hours", span, match.start(2), match.end())


@cache
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    part = f"((?:{'|'.join(vocabulary().hours)}))?的?"
    told = rf"{part}{_CLOCK}(?:(?:[到至]|[-~—－–]+)(?:第二天|次日)?{part}{_CLOCK}|([以之]?[后前])|开?起)?"
    return re.compile(f"(?=({'|'.join(vocabulary().hours)}))"), re.compile(rf"(?=({told}))")


def _named(words: str) -> tuple[int, int]:
    return next(span for form, span in vocabulary().hours.items() if re.fullmatch(form, words))


def _between(match: re.Match[str]) -> tuple[int, int] | None:
    _, part, digits, number, other, to_digits, to_number, side = match.groups()
    first = _hour(part, digits or number)
    if to_digits or to_number:
        last = _hour(other or (part if _goes_on(part, first, to_digits or to_number) else None), to_digits or to_number)
    elif side:
        return (first, _MIDNIGHT) if side.endswith("后") else (0, first)
    else:
        return None
    return (first, last or _MIDNIGHT) if first != last and max(first, last) <= _MIDNIGHT else None


def _goes_on(part: str | None, first: int, number: str) -> bool:
    """「下午两点到六点」, not 「晚上10点到6点」."""
    return bool(part) and _hour(part, number) > first


def _hour(part: str | None, number: str) -> int:
    hour = number_of(number)
    if not part or hour > _NOON:
        return hour
    if _AFTERNOON.search(part) or ("中午" in part and hour < 10):
        return hour + _NOON if hour < _NOON else hour
    if _EVENING.search(part) and hour >= 5:
        return hour + _NOON
    return hour
