"""Parse dates as clerks or spreadsheets write them."""

import re
from calendar import monthrange
from datetime import date

_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHORT = re.compile(rf"(?:({'|'.join(_ENGLISH)})|(\d{{1,2}})月)-(\d\d)", re.IGNORECASE)
_SIGNS = re.compile(r"[-/.年月]")


def last_day(text: str) -> date:
    """「2026-11-15」「2026/11/15」「2026年11月15日」; for a month, its last day. Raises ValueError."""
    try:
        year, month, *day = _parts(text)
        return date(year, month, *day or [monthrange(year, month)[1]])
    except (ValueError, TypeError):
        raise ValueError(f"“{text}”不是日期，应像 2026-11-15 或 2026-11") from None


def _parts(text: str) -> list[int]:
    if short := _SHORT.fullmatch(text):
        return [2000 + int(short[3]), int(short[2] or _ENGLISH.index(short[1].lower()) + 1)]
    return list(map(int, _SIGNS.split(text.partition("T")[0].partition(" ")[0].rstrip("日月"))))
