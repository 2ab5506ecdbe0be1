"""A grievance in the form of a question: it is filed as a ticket, not answered from the FAQ."""

import re

from nlp.faq.lexicon import lexicon
from nlp.reading.understanding import Intent, Understanding

_WRONG = frozenset({Intent.REPORT, Intent.URGE, Intent.RATE, Intent.ABUSE})
_SURELY = 0.5
_LONGEST_QUESTION = 30
"""Characters; a longer text that sounds like a report is one, even if it ends with a question"""
_SURE_REPORT = 0.6
_QUESTION_WORD = re.compile(r"(?<![十好])几|[哪啥咋吗么呢?？怎]|多[少久]|([能要行])不\1|可不可")
"""「时间」「登记」「收费」 alone ask nothing"""
_ENDS_AS_QUESTION = re.compile(r"(?:[吗么呢不没？?]|没有|怎么办)[。！!？? ]*$")


def is_grievance(text: str, seen: Understanding | None) -> bool:
    """The text has a grievance's words or a danger, or the reader takes it for a report and it hardly asks."""
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
    """The reader takes it for a report. It is often wrong about short questions on things that may break."""
    return seen is not None and seen.intent in _WRONG and seen.intent_confidence >= _SURELY


def asks(said: str) -> bool:
    """The text asks where, when, how or how much."""
    return bool(lexicon().aspects.pattern.search(said) or _ENDS_AS_QUESTION.search(said))
