"""A supervisor's question that could not be parsed: show what can be asked, instead of how to report."""

import re

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.states import Asks
from nlp.reading.understanding import Intent, Understanding

router = Router("unread questions")
_PLAINLY = 0.7
_OPEN = frozenset({"", Asks.JOINED, Asks.MENU, Asks.HELP, Asks.ROWS, Asks.FIGURES})
"""States in which supervisors may ask; after figures they often ask a further question"""
_ASKS = re.compile(
    r"哪[些个家里天]|谁|多少|几[件张个]|怎么样|情况|什么事|同比|环比|和.{1,6}比|最近.{0,8}的事|[?？]\s*$"
)
_OWN = re.compile("我(?!们)|坏|漏|堵|没电|停[水电气]了|不[亮热通]")


def _reports(seen: Understanding) -> bool:
    return seen.intent is Intent.REPORT and seen.intent_confidence >= _PLAINLY


@router.on(lambda context: context if context.person.is_overseer and context.state in _OPEN else None)
def unread(context: Context) -> Reply | None:
    """Catch the question before it is taken for a report, an urging or a withdrawal."""
    seen = context.understanding
    if seen is None or seen.red_flag or not _ASKS.search(context.text) or _OWN.search(context.text):
        return None
    if seen.place and (seen.place.building or (seen.place.known and _reports(seen))):
        return None  # it names a building, or is plainly a report of their own
    return Reply(context.say("supervising.ask_so"), keep=True)
