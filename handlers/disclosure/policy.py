"""Which reader may see which fields of a ticket, by one table (handlers/data/disclosure.yaml) for all outputs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from handlers.disclosure.masks import Hides, masked
from handlers.town.privacy import complained_of_by_rule
from handlers.town.town import Town
from handlers.world.staff import Colleague
from handlers.world.world import World
from models.person import STAFF, Role, highest
from models.ticket import Ticket

_FILE = Path(__file__).parent.parent / "data" / "disclosure.yaml"
_ANY = "*"
_VIOLENCE = "violence"


class Way(StrEnum):
    """How a ticket reaches its reader."""

    OPENED = "opened"
    PASSING = "passing"
    EXPORTED = "exported"
    """In an exported file"""
    PUBLISHED = "published"
    """Public, and for other systems"""


class Field(StrEnum):
    """Fields of a ticket besides number, category, compound and status."""

    NAME = "name"
    TELEPHONE = "telephone"
    HOUSE = "house"
    FLAT = "flat"
    WORDS = "words"
    PHOTOS = "photos"
    AFTER = "after"
    VOICE = "voice"
    NOTES = "notes"
    LISTED = "listed"
    """The existence of the ticket, with its kind, compound and status"""


@dataclass(frozen=True, slots=True)
class VisibleFields:
    """The fields of a ticket that one reader may see."""

    may: frozenset[Field]
    errand: str = ""
    """The text shown instead of words that they may not read"""

    def words(self, text: str) -> str:
        """Words as this reader may see them."""
        return self._masked(text) if Field.WORDS in self.may else self.errand

    def note(self, text: str) -> str:
        """A history note as this reader may see it; "" if they may not."""
        return self._masked(text) if Field.NOTES in self.may else ""

    def _masked(self, text: str) -> str:
        return masked(text, _hidden_from(self.may))


@cache
def _hidden_from(may: frozenset[Field]) -> frozenset[Hides]:
    return frozenset(hides for field, hides in _HIDDEN.items() if field not in may)


_HIDDEN = {Field.NAME: Hides.NAMES, Field.TELEPHONE: Hides.NUMBERS, Field.FLAT: Hides.HOMES}
EVERYTHING = VisibleFields(frozenset(Field))


@dataclass(frozen=True, slots=True)
class _Row:
    case: Sequence[str]
    """Role, part, complaint?, danger?, category, way; "*" matches any"""
    may: frozenset[Field]

    def holds(self, case: Sequence[str]) -> bool:
        return all(one in {_ANY, other} for one, other in zip(self.case, case, strict=True))


def sight(town: Town, ticket: Ticket, reader: Colleague | None, way: Way) -> VisibleFields:
    """The fields that the table allows; `reader` None is an operator at the command line."""
    out = shut_out(town, ticket)
    case = (
        _role(reader),
        _part(town, ticket, reader, out),
        "yes" if out else "no",
        "yes" if is_danger(ticket) else "no",
        ticket.category,
        way,
    )
    may = _allowed(case)
    return VisibleFields(may, "" if Field.WORDS in may else _instead(town, ticket))


def sight_of_words(town: Town, words: str, reader: Colleague, way: Way, *, addressed: bool) -> VisibleFields:
    """What the reader may see of words that are no ticket; `addressed`: they were said to this reader."""
    out = with_those_below(complained_of(town, "", words))
    part = "addressed" if addressed else "complained" if side_of(town.world, reader) in out else "area"
    may = _allowed((_role(reader), part, "yes" if out else "no", "no", "", way))
    return VisibleFields(may, "" if Field.WORDS in may else town.say("shielding.withheld"))


def passing(town: Town, ticket: Ticket, reader: Colleague | None) -> VisibleFields:
    return sight(town, ticket, reader, Way.PASSING)


def is_listed(town: Town, ticket: Ticket, *, own: bool) -> bool:
    """Whether the ticket may be published; `own`: to the platform that it came from."""
    flagged = "yes" if ticket.red_flag else "no"  # here violence counts as a danger too
    complains = "yes" if shut_out(town, ticket) else "no"
    case = ("public", "own" if own else "none", complains, flagged, ticket.category, Way.PUBLISHED)
    return Field.LISTED in _allowed(case)


def is_shut_out(town: Town, ticket: Ticket, reader: Colleague) -> bool:
    """Whether the ticket complains about the reader's side, and the reader did not report it."""
    out = shut_out(town, ticket)
    return bool(out) and reader.id != ticket.reporter_id and side_of(town.world, reader) in out


def shut_out(town: Town, ticket: Ticket) -> frozenset[str]:
    """The kinds of team whose members may not read the ticket."""
    if ticket.shut_out is None:  # filed before the column existed
        return with_those_below(complained_of_by_rule(town.privacy, ticket.category, ticket.text))
    return frozenset(filter(None, ticket.shut_out.split(";")))


def shut(ticket: Ticket, kinds: Collection[str]) -> None:
    """Shut out these kinds of team; this is never undone."""
    before = frozenset(filter(None, (ticket.shut_out or "").split(";")))
    ticket.shut_out = ";".join(sorted(before | with_those_below(kinds)))


def complained_of(town: Town, category: str, text: str) -> frozenset[str]:
    """The kinds of team that a text complains about, by category, the town's words, rules and model."""
    return complained_of_by_rule(town.privacy, category, text) | town.reader.complained_of(text)


def with_those_below(kinds: Iterable[str]) -> frozenset[str]:
    """These kinds and their subordinate ones: a community's grid staff would pass it on."""
    below = _read()["below"]
    return frozenset(each for kind in kinds for each in (kind, *below.get(kind, ())))


def kinds_above(town: Town, ticket: Ticket) -> tuple[str, ...]:
    """The levels that decide on a complaint, in order; empty if it is none, or in a danger."""
    out = shut_out(town, ticket)
    if not out or is_danger(ticket):
        return ()
    above = _read()["above"]
    orders = above.get(next(iter(out)) if len(out) == 1 else _ANY, above[_ANY])
    return tuple(kind for kind in orders if kind not in out)


def is_danger(ticket: Ticket) -> bool:
    """Dangers in which staff must see the address at once. Not violence, because staff themselves may be involved."""
    return ticket.red_flag not in {"", None, _VIOLENCE}


def side_of(world: World, reader: Colleague) -> str:
    """The kind of the person's team; without a team, the level of their grid; "" for others."""
    if Role.ADMIN in reader.roles:
        return ""
    if team := world.teams.get(reader.team or ""):
        return team.kind
    serves = reader.roles & (STAFF | {Role.SUPERVISOR}) and reader.grid in world.grids
    return world.grids[reader.grid or ""].level.value if serves else ""


def _role(reader: Colleague | None) -> str:
    if reader is None:
        return "operator"
    return highest(reader.roles)


def _part(town: Town, ticket: Ticket, reader: Colleague | None, out: Collection[str]) -> str:
    if reader is None:
        return "area"
    if reader.id is not None and reader.id == ticket.reporter_id:
        return "own"
    if out and side_of(town.world, reader) in out:
        return "complained"
    return _part_by_post(ticket, reader)


def _part_by_post(ticket: Ticket, reader: Colleague) -> str:
    """Who has a post elsewhere has no part but that of a neighbour."""
    works = bool(reader.roles & STAFF)
    if works and reader.team and reader.team == ticket.team:
        return "lead"
    if works and reader.team in [helper.team for helper in ticket.support]:
        return "helping"
    if not is_danger(ticket) and not _serves(reader, ticket):
        return "followed"
    return "area" if works else "overseeing" if reader.is_overseer else "followed"


def _serves(reader: Colleague, ticket: Ticket) -> bool:
    """Whether the ticket is in the reader's area. One without a grid is everybody's to find a place for."""
    if Role.ADMIN in reader.roles or not ticket.grid:
        return True
    if not reader.grid:
        return reader.is_overseer  # of the whole town
    return reader.grid in (ticket.grid, ticket.community, ticket.street, ticket.county)


def _instead(town: Town, ticket: Ticket) -> str:
    return ticket.errand or town.say("shielding.withheld")


@cache
def _allowed(case: tuple[str, ...]) -> frozenset[Field]:
    return next((row.may for row in _table() if row.holds(case)), frozenset())


@cache
def _table() -> tuple[_Row, ...]:
    return tuple(_Row(said, frozenset(map(Field, may))) for *said, may in _read()["table"])


@cache
def _read() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return read
