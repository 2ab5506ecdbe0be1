"""What is written while a question is open isn't always its answer."""

import re

from handlers.dialogue import Context
from nlp.understanding import Intent

_OTHER = frozenset({Intent.PROGRESS, Intent.HUMAN, Intent.HELP, Intent.WITHDRAW})
_POLITE = frozenset({Intent.THANKS, Intent.GREETING})
_PLAINLY = 0.6
_TROUBLE = 0.9
# 「3号楼电梯口」「垃圾房旁边」「就在下水井那儿」 name things that break, and tell where.
_WHERE = re.compile(
    r"^(?:就?在|是)|(?:旁边?|边上?|附近|那里?|那儿|这里?|这儿|里面?|口|处|对面|前面?|后面?|楼下|楼上|外面?|中间|之间)[。.，,！!～~\s]*$"
)


def is_other_matter(context: Context) -> bool:
    """Plainly wanted is something else: how far a ticket is, a person, help."""
    seen = context.understanding
    return seen is not None and seen.intent in _OTHER and seen.intent_confidence >= _PLAINLY


def is_politeness(context: Context) -> bool:
    """「谢谢」「您好」: no answer to 「在哪里」."""
    seen = context.understanding
    return seen is not None and seen.intent in _POLITE and seen.intent_confidence >= _PLAINLY and seen.place is None


def is_other_trouble(context: Context, category: str, item: str) -> bool:
    """A report of its own, though we had only asked where the other one is."""
    seen = context.understanding
    if seen is None or not (seen.sure and seen.intent is Intent.REPORT and seen.confidence >= _TROUBLE):
        return False
    return (seen.category, seen.item) != (category, item) and not _WHERE.search(context.text)
