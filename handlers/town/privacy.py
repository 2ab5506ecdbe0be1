"""Privacy settings: how long personal data is stored, and what readers may see of others."""

import re
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.grid import TeamKind
from nlp.reading.identities import IdentityKind, mask

Count = Annotated[int, Field(gt=0)]

_GAP = "[^，。！？,!?;；\\s]{0,10}"
"""The pattern for 「…」 in `shield_words`: up to ten characters within the sentence"""


class Privacy(BaseModel):
    """Section `privacy`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    message_days: Count = 180
    """Texts of pushes, open questions and failed messages are deleted after this; answered messages after a day"""
    media_days: Count = 365
    """Photos and voices of a ticket are deleted this long after it ended"""
    people_days: Count = 730
    """Residents without an open ticket who haven't written for this long are deleted"""
    guesses_per_hour: Count = 5
    """Wrong invitation codes that one person may try in an hour"""
    export_minutes: Count = 30
    """How long a link to an exported list works"""
    export_rows: Count = 20_000
    board_hours: Count = 12
    """How long a link to a board works; a wall screen is opened once a day"""
    page_days: Count = 14
    """How long the link to a ticket's page works, unless its reader loses the role earlier"""
    shield: dict[str, tuple[TeamKind, ...]] = {"property": (TeamKind.PROPERTY,)}
    """Categories of complaints about these kinds of team, whose members must not learn who complained"""
    shield_words: dict[TeamKind, tuple[str, ...]] = {
        TeamKind.PROPERTY: (
            *(f"{verb}…{whom}" for verb in ("投诉", "举报", "控告") for whom in ("物业", "保安")),
            *(f"保安…{deed}" for deed in ("打人", "骂", "喝酒", "态度", "偷")),
            *("物业经理", "物业主任", "物业的人", "物业人员", "物业工作人员"),
        )
    }
    """Words that mark a report of another category as such a complaint; 「…」 is up to ten characters"""


def for_staff(text: str) -> str:
    """A resident's words as staff see them in pushes and lists; 看 shows the whole text and is logged."""
    return mask(text)


def for_residents(text: str) -> str:
    """Words of staff as residents see them: all numbers masked but landlines of offices."""
    return mask(text, keep={IdentityKind.LANDLINE})


def complained_of_by_rule(privacy: Privacy, category: str, text: str) -> frozenset[str]:
    """The kinds of team that a ticket complains about, by its category or by the town's listed words."""
    said = (kind for kind, words in privacy.shield_words.items() if words and _mentions(words).search(text))
    return frozenset((*privacy.shield.get(category, ()), *said))


@cache
def _mentions(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_GAP.join(map(re.escape, each.split("…"))) for each in words))


def name_masked(name: str) -> str:
    """「王秀兰」 → 「王**」."""
    return name[:1] + "*" * (len(name) - 1)
