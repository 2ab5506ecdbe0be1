"""「3」「三」「两」「十二」: small numbers as people write them."""

_HANZI = {word: number for number, word in enumerate("零一二三四五六七八九十")} | {"两": 2, "十一": 11, "十二": 12}
SMALL = r"(?:\d{1,2}|十[一二]|[一二两三四五六七八九十])"
"""As a part of a pattern"""


def small(written: str) -> int:
    """The value of a number that the pattern has matched."""
    return int(written) if written.isdecimal() else _HANZI[written]
