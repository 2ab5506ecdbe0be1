"""A text by staff or supervisors is filed as a report only after they confirm that they report it themselves."""

from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import DRAFTS, Asks
from handlers.residents.report import reported
from handlers.tickets.filing import recent
from nlp.reading.understanding import Intent, Understanding

router, unread = Router("own report"), Router("unread of staff")
_REPORTS = frozenset({Intent.REPORT, Intent.CONSULT, Intent.URGE, Intent.RATE, Intent.BIND, Intent.SUPPLEMENT})
_REPORTING = DRAFTS | {Asks.PATROL_WHAT, Asks.WORDS, Asks.APART, Asks.COMPLAINT, Asks.HOME, Asks.TICKET_PLACE}
"""Open questions of a report that they are making already"""
_SHOWN = 60


def _works_here(context: Context) -> Context | None:
    works = context.person.is_staff or context.person.is_overseer
    is_reporting = context.is_asked(*_REPORTING)
    return context if works and context.text and not context.answers and not is_reporting else None


@router.on(_works_here)
def own_or_not(context: Context) -> Reply | None:
    """Ask for confirmation before filing; a danger is filed without it."""
    seen = context.understanding
    if seen is None or seen.red_flag or seen.danger_question or not _would_be_filed(context, seen):
        return None
    if seen.intent is Intent.URGE and context.person.is_overseer:
        return Reply(context.say("supervising.urge_how"), keep=True)
    if not (seen.sure or seen.item):
        return _what_to_say(context)
    said = context.say("own_report.sure", text=context.text[:_SHOWN])
    return Reply(said, Asks.OWN_REPORT, {"text": context.text})


@router.on(in_state(Asks.OWN_REPORT))
def told(context: Context) -> Reply | None:
    """1 files it like a resident's report, 2 files nothing."""
    if context.number is None:
        return None
    if context.number == 1:
        return Reply(context.say("own_report.left"))
    words = str(context.slots["text"])
    seen = context.town.reader.understand(words)
    said = replace(context.message, text=words)
    return reported(replace(context, message=said, understanding=seen, state="", slots={}))


@unread.on(_works_here)
def not_read(context: Context) -> Reply | None:
    """A text that no handler understood: show what they can say."""
    seen = context.understanding
    if seen and seen.intent in {Intent.GREETING, Intent.THANKS, Intent.ABUSE, Intent.HELP, Intent.HUMAN}:
        return None
    return _what_to_say(context)


def _what_to_say(context: Context) -> Reply:
    key = "supervising.ask_so" if context.person.is_overseer else "own_report.ask_so"
    return Reply(context.say(key), keep=True, missed=True)


def _would_be_filed(context: Context, seen: Understanding) -> bool:
    if seen.intent not in _REPORTS or (seen.intent is Intent.BIND and not (seen.sure and seen.category)):
        return False
    return seen.intent is not Intent.SUPPLEMENT or recent(context, context.town.habits.recent_minutes) is None
