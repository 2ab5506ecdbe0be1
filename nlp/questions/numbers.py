"""Numbers as people write them: 12, 十二, 两百, 八成五, 百分之十, 80%."""

import re

NUMBER = r"(?:\d{1,4}|[一二两三四五六七八九十百]{1,5})"
PART = rf"(?:百分之{NUMBER}|\d{{1,3}}(?:\.\d)?\s*%|[一二三四五六七八九]成(?:[一二三四五六七八九半])?)"
_DIGITS = {"两": 2, "俩": 2, "半": 5, **{digit: value for value, digit in enumerate("零一二三四五六七八九")}}


def number_of(words: str) -> int:
    """「12」 and 「十二」 → 12."""
    if words.isdigit():
        return int(words)
    hundreds, hundred, rest = words.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    value = _DIGITS.get(tens, 1) * 10 if ten else 0
    return (_DIGITS.get(hundreds, 1) * 100 if hundred else 0) + value + _DIGITS.get(ones, 0)


def part_of(words: str) -> float:
    """「八成五」 and 「85%」 → 0.85."""
    if found := re.match(r"\d+(?:\.\d)?", words):
        return float(found[0]) / 100
    if words.startswith("百分之"):
        return number_of(words.removeprefix("百分之")) / 100
    tenths, _, hundredths = words.partition("成")
    return (_DIGITS[tenths] * 10 + _DIGITS.get(hundredths, 0)) / 100
