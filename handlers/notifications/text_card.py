"""The fields of the platform's template for a text that is about no ticket's move."""

import re
from datetime import datetime

from handlers.notifications import ticket_text
from handlers.town.town import Town

_FIRST_CLAUSE = re.compile(r"[：。，\n]")


def text_card(town: Town, text: str, now: datetime, number: str = "") -> dict[str, str]:
    """The first clause of the text, then the rest."""
    what, _, words = _FIRST_CLAUSE.sub("\n", text, count=1).partition("\n")
    return card(town.name, what, words.strip(), now, number)


def card(where: str, what: str, words: str, now: datetime, number: str = "") -> dict[str, str]:
    said = {"happened": what, "words": words, "what": what, "where": where}
    return {**said, "number": number, "status": "", "due": ticket_text.stamp(now)}
