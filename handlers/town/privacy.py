"""What is kept of people and for how long: the settings, and what one may read of another."""

import re
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.grid import TeamKind
from nlp.reading.identities import IdentityKind, mask

Count = Annotated[int, Field(gt=0)]

_GAP = "[^，。！？,!?;；\\s]{0,10}"
"""What 「…」 stands for in `shield_words`: something, within the sentence"""


class Privacy(BaseModel):
    """Section `privacy`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    message_days: Count = 180
    """What people wrote and were told, outside of tickets, is wiped after this"""
    media_days: Count = 365
    """Photos and voices of a ticket are deleted so long after it ended"""
    people_days: Count = 730
    """Residents who haven't written for so long, and have nothing open, are forgotten"""
    guesses_per_hour: Count = 5
    """Wrong invitation codes that one person may try"""
    export_minutes: Count = 30
    """So long a link to an exported list works"""
    export_rows: Count = 20_000
    board_hours: Count = 12
    """So long a link to a board works: a wall screen is opened once a day"""
    page_days: Count = 14
    """So long the link to a ticket's page works, unless its reader loses the role before"""
    shield: dict[str, tuple[TeamKind, ...]] = {"property": (TeamKind.PROPERTY,)}
    """Complaints of these categories are about teams of these kinds: their people must not learn whose they are"""
    shield_words: dict[TeamKind, tuple[str, ...]] = {
        TeamKind.PROPERTY: (
            *(f"{verb}…{whom}" for verb in ("投诉", "举报", "控告") for whom in ("物业", "保安")),
            *(f"保安…{deed}" for deed in ("打人", "骂", "喝酒", "态度", "偷")),
            *("物业经理", "物业主任", "物业的人", "物业人员", "物业工作人员"),
        )
    }
    """Neither must those of whom a report of another category says so; 「…」 is up to ten characters"""


def for_staff(text: str) -> str:
    """A resident's words as staff read them in pushes and lists; the whole text is behind 看, which is written down."""
    return mask(text)


def for_residents(text: str) -> str:
    """Staff's words as residents and their neighbours read them: only an office's telephone may stand in them."""
    return mask(text, keep={IdentityKind.LANDLINE})


def complained_of_by_rule(privacy: Privacy, category: str, text: str) -> frozenset[str]:
    """The kinds of teams that a ticket complains of, by its category or by words that the town has listed."""
    said = (kind for kind, words in privacy.shield_words.items() if words and _mentions(words).search(text))
    return frozenset((*privacy.shield.get(category, ()), *said))


@cache
def _mentions(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_GAP.join(map(re.escape, each.split("…"))) for each in words))


def name_masked(name: str) -> str:
    """「王秀兰」 → 「王**」."""
    return name[:1] + "*" * (len(name) - 1)
