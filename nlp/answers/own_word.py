"""A question that wants its own word and nothing like it: whether that was said, nearly said, or refused."""

from difflib import SequenceMatcher
from enum import Enum, auto

from nlp.answers.choices import plain, yes_or_no

_ALIKE = 0.6
_LONGER = 2
_AROUND = " “”\"'「」。.！!～~，,"


class OwnWord(Enum):
    """What was said of it."""

    SAID = auto()
    NEARLY = auto()
    """「确认发」, 「好的」: meant perhaps, and not enough"""
    REFUSED = auto()


def own_word(text: str, word: str) -> OwnWord | None:
    """None: something else was said."""
    said = plain(text).strip(_AROUND)
    if said == word:
        return OwnWord.SAID
    if (answer := yes_or_no(said)) is not None:
        return OwnWord.REFUSED if answer else OwnWord.NEARLY
    is_short = len(said) <= len(word) + _LONGER
    return OwnWord.NEARLY if is_short and SequenceMatcher(None, said, word).ratio() >= _ALIKE else None
