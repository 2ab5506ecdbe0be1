"""A grievance in the form of a question, which is filed and never answered away."""

import re

from nlp.faq.lexicon import lexicon
from nlp.reading.understanding import Intent, Understanding

_WRONG = frozenset({Intent.REPORT, Intent.URGE, Intent.RATE, Intent.ABUSE})
_SURELY = 0.5
_LONGEST_QUESTION = 30
"""Characters; what is longer and sounds like a report tells one, with whatever question it ends"""
_SURE_REPORT = 0.6
_QUESTION_WORD = re.compile(r"(?<![十好])几|[哪啥咋吗么呢?？怎]|多[少久]|([能要行])不\1|可不可")
"""「时间」「登记」「收费」 alone ask nothing"""
_ENDS_AS_QUESTION = re.compile(r"(?:[吗么呢不没？?]|没有|怎么办)[。！!？? ]*$")


def is_grievance(text: str, seen: Understanding | None) -> bool:
    """Something is wrong: by its words, by a danger, or where the reader takes it for a report and it asks little."""
    known = lexicon()
    said = known.standard(text)
    if known.grievance.search(said) or (seen and (seen.red_flag or seen.danger_question)):
        return True
    if len(said) > _LONGEST_QUESTION:
        return seen is not None and seen.intent in _WRONG
    if seen is None or seen.intent is not Intent.REPORT or not seen.sure:
        return sounds_wrong(seen) and not asks(said)
    return not asks(said) or (seen.intent_confidence >= _SURE_REPORT and not _QUESTION_WORD.search(said))


def sounds_wrong(seen: Understanding | None) -> bool:
    """The reader takes it for a report. Of short questions about what may be out of order it is often mistaken."""
    return seen is not None and seen.intent in _WRONG and seen.intent_confidence >= _SURELY


def asks(said: str) -> bool:
    """Where, when, how, how much: something is wanted to be known."""
    return bool(lexicon().aspects.pattern.search(said) or _ENDS_AS_QUESTION.search(said))
