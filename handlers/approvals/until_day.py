"""「到下周五 等配件」「周三前」: the last day that staff ask for, and the words beside it."""

import re
from datetime import date, datetime

from models.ticket import CHINA
from nlp.answers.choices import plain
from nlp.answers.when import read_when

_BEFORE, _AFTER = re.compile(r"(?:延期?|挂账?)?[到至]?\s*$"), re.compile(r"\s*(?:之?前|为止|止)?[\s,，:：、]*")


def until_day(words: str, now: datetime) -> tuple[date | None, str]:
    """None where no day is named; then all the words are left."""
    found = read_when(words, now.astimezone(CHINA))
    if found is None:
        return None, words
    said = plain(words)
    before, after = _BEFORE.sub("", said[: found.start]), _AFTER.sub("", said[found.end :], count=1)
    return found.last_day, f"{before} {after}".strip()
