"""「到下周五 等配件」「周三前换灯」「三天 铺砖」: the deadline in a text, and the other words."""

import re
from datetime import date, datetime

from nlp.answers.choices import plain
from nlp.answers.small_numbers import SMALL
from nlp.answers.when import read_when

_BARE = re.compile(rf"(?:\d{{1,3}}|{SMALL}|半)\s*(?:个?[天周]|个?星期|个?礼拜|个月)(?![内之以后])")
"""A bare duration, such as 「三天」, means "within three days" here"""
_BEFORE = re.compile(r"(?:延期?|挂账?)?[\s,，在于到至]*$")
_AFTER = re.compile(r"^\s*(?:之?前|以前|以内|为止|止)?[\s,，:：、]*")


def read_deadline(words: str, now: datetime) -> tuple[date | None, str]:
    """The day and the other words; None and all the words if no day is named. `now` is local time."""
    said = plain(words)
    if span := _BARE.match(said):
        said = f"{span[0]}内{said[span.end() :]}"
    found = read_when(said, now)
    if found is None or not found.names_day:
        return None, words
    return found.last_day, f"{_BEFORE.sub('', said[: found.start])} {_AFTER.sub('', said[found.end :])}".strip()
