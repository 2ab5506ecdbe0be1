"""A numbered menu, offered after an empty text or a number that answers no question."""

import re

from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.router import Router
from handlers.dialogue.states import Asks
from nlp.answers.choices import plain

router = Router("menu")
_LONE = re.compile(r"\d{1,2}[\s.。、!！]*|\W*")
REPORT = "报事"
"""A menu line without a command: residents just write what is wrong"""
_RESIDENT = (REPORT, "进度", "人工", "帮助")
_STAFF = ("待办", REPORT, "进度", "帮助")
_OVERSEER = ("今日", "超时", REPORT, "帮助")
MOST_MISSES = 3


def says_nothing(context: Context) -> Context | None:
    """A filter: the text is empty, punctuation only, or a number that answers no question."""
    said = context.message.kind is Kind.TEXT and _LONE.fullmatch(plain(context.message.text))
    return context if said and not context.answers else None


@router.on(says_nothing)
def offer(context: Context) -> Reply:
    """Offer the menu; if a question is open, repeat that instead."""
    if not context.is_free:
        return Reply("", keep=True, missed=True)  # the caller repeats the open question
    pushed = next((each.text for each in context.asked if each.shown_at and each.text), "")
    return Reply(pushed, keep=True) if pushed else offered(context)


def offered(context: Context, misses: int = 0) -> Reply:
    """What this person can do, each by its number."""
    words = _OVERSEER if context.person.is_overseer else _STAFF if context.person.is_staff else _RESIDENT
    choices = numbered([context.say(f"menu.{word}") for word in words])
    return Reply(context.say("menu.offer", choices=choices), Asks.MENU, {"words": list(words), "misses": misses})


def misses(context: Context) -> int:
    """How many texts in a row were not understood, this one included."""
    before: int = context.slots.get("misses", 0) if context.state == Asks.MENU else 0
    return before + 1


def missed(context: Context, reply: Reply) -> Reply:
    """The first time, the reply as it is; then the menu."""
    count = misses(context)
    if count > 1:
        return offered(context, count)
    return Reply(reply.text, Asks.MENU, {"words": [], "misses": count})
