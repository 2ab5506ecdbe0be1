"""What is kept of people and for how long: the settings, and what one may read of another."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.grid import TeamKind
from models.person import Person, Role
from models.ticket import Ticket
from nlp.identities import IdentityKind, mask

Count = Annotated[int, Field(gt=0)]

# 「3号楼2单元502室」「3-2-502」: in a small compound these name a family as surely as its name does.
_HOUSE = re.compile(
    r"[\dA-Za-z一二三四五六七八九十百]+(?=\s*(?:号楼|栋|幢|座|号院|单元|号|室|户|层|楼|门))|(?<!\d)(?!(?:19|20)\d\d-)\d+(?:[-—]\d+)+"
)
# 「我是3号楼的王秀兰」「我叫王秀兰」「姓名：王秀兰」
_WHO_I_AM = re.compile(r"(我是|我叫|本人叫?|姓名[是:：]?)[^，。！？,!?;；\s]{1,20}")


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
    shield: dict[str, tuple[TeamKind, ...]] = {"property": (TeamKind.PROPERTY,)}
    """Complaints of these categories are about teams of these kinds: their people must not learn whose they are"""


def for_staff(text: str) -> str:
    """A resident's words as staff read them in pushes and lists; the whole text is behind 看, which is written down."""
    return mask(text)


def for_residents(text: str) -> str:
    """Staff's words as residents and their neighbours read them: only an office's telephone may stand in them."""
    return mask(text, keep={IdentityKind.LANDLINE})


def is_delicate(privacy: Privacy, ticket: Ticket) -> bool:
    """It complains of a team: pushes and lists, which colleagues see over one's shoulder, tell no address."""
    return ticket.category in privacy.shield


def is_complained_of(privacy: Privacy, kind_of_team: str, person: Person, ticket: Ticket) -> bool:
    """It complains of such teams as this person's: even opening it must not tell who complained."""
    return (
        Role.PROPERTY_STAFF in person.roles
        and not person.is_overseer
        and kind_of_team in privacy.shield.get(ticket.category, ())
    )


def shielded(text: str) -> str:
    """Without the numbers of houses, stairs, flats and telephones, and without what somebody says of who they are."""
    return _HOUSE.sub("*", _WHO_I_AM.sub(r"\1*", mask(text)))


def name_masked(name: str) -> str:
    """「王秀兰」 → 「王**」."""
    return name[:1] + "*" * (len(name) - 1)
