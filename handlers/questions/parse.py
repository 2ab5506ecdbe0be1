"""Parse questions into queries, with the town's names and the asker's area."""

import re
from collections.abc import Sequence
from datetime import datetime

from handlers.town.town import Town
from handlers.world.nodes import GridNode
from models.grid import Level
from nlp.questions import parse as reading
from nlp.questions.asks import may_ask
from nlp.questions.query import Query

_OWN = re.compile("(?:我们|咱们?|本)这?个?(社区|街道|网格|县|市|区(?!别))")
"""The asker's own area: 「我们社区」"""
_CALLED = {
    Level.GRID: ("网格",),
    Level.COMMUNITY: ("社区",),
    Level.STREET: ("街道",),
    Level.COUNTY: ("县", "市", "区"),
}


def parse(town: Town, text: str, now: datetime) -> Query | None:
    """The query of a question about figures; None if the text is none."""
    return reading.parse(town.names, text, now)


def parse_all(town: Town, texts: Sequence[str], now: datetime) -> Query | None:
    """The query of a question and the texts that modify it; None if one can't be parsed in full."""
    return reading.parse_all(town.names, texts, now)


def follows(town: Town, text: str, now: datetime) -> bool:
    """Whether the text may modify the previous question."""
    return reading.may_follow(town.names, text, now)


def asks_of_own(text: str) -> bool:
    """Whether the text may ask about the asker's own area: 「我们社区怎么样」."""
    return bool(_OWN.search(text) and may_ask(text))


def with_own_area(text: str, own: GridNode | None) -> str:
    """The text with 「我们社区」 replaced by the name of the asker's area, if it is of that level."""
    if own is None:
        return text
    return _OWN.sub(lambda said: own.name if said[1] in _CALLED[own.level] else said[0], text)
