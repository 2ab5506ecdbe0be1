"""Some questions accept one exact word only: whether the answer is that word, nearly that word, or a refusal."""

from difflib import SequenceMatcher
from enum import Enum, auto

from nlp.answers.choices import plain, yes_or_no

_ALIKE = 0.6
_LONGER = 2
_AROUND = " “”\"'「」。.！!～~，,"


class OwnWord(Enum):
    """What the answer says."""

    SAID = auto()
    NEARLY = auto()
    """「确认发」, 「好的」: perhaps meant, but not enough"""
    REFUSED = auto()


def own_word(text: str, word: str) -> OwnWord | None:
    """None if the text says something else."""
    said = plain(text).strip(_AROUND)
    if said == word:
        return OwnWord.SAID
    if (answer := yes_or_no(said)) is not None:
        return OwnWord.REFUSED if answer else OwnWord.NEARLY
    is_short = len(said) <= len(word) + _LONGER
    return OwnWord.NEARLY if is_short and SequenceMatcher(None, said, word).ratio() >= _ALIKE else None
