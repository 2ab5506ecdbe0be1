"""The period of a practice's report."""

from datetime import datetime
from typing import NamedTuple

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.figures.days import month_start
from nlp.questions.periods import find_period


class Stretch(NamedTuple):
    """A period with its name; `until` is never later than now."""

    name: str
    since: datetime
    until: datetime


def this_month_or(context: Context, words: str) -> Stretch | None:
    """The period that the words name; without words, this month. None if they can't be parsed."""
    if not words:
        return Stretch(context.say("reception.this_month"), month_start(context.now), context.now)
    period = find_period(words, context.now)
    return Stretch(period.name, period.since, min(period.until, context.now)) if period else None


def which_time(context: Context, words: str) -> Reply:
    """The reply to words that name no period."""
    return Reply(context.say("practices.which_time", words=words[:20]), keep=True)
