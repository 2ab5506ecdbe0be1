"""Who reads what of a ticket: one table (handlers/data/disclosure.yaml), through which every way out goes."""

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
    """As a file that leaves the house"""
    PUBLISHED = "published"
    """For everybody, and for programs of others"""


class Field(StrEnum):
    """What there is to know of a ticket beside its number, matter, compound and standing."""

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
    """That there is such a ticket, of what kind, in which compound, and how it stands"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one reader may see of one ticket."""

    may: frozenset[Field]
    errand: str = ""
    """What they read instead of words that are not theirs to read"""

    def words(self, text: str) -> str:
        """Somebody's words as this reader may have them."""
        return self._masked(text) if Field.WORDS in self.may else self.errand

    def note(self, text: str) -> str:
        """The same of what stands in the history: there is nothing to read instead."""
        return self._masked(text) if Field.NOTES in self.may else ""

    def _masked(self, text: str) -> str:
        return masked(text, _hidden_from(self.may))


@cache
def _hidden_from(may: frozenset[Field]) -> frozenset[Hides]:
    return frozenset(hides for field, hides in _HIDDEN.items() if field not in may)


_HIDDEN = {Field.NAME: Hides.NAMES, Field.TELEPHONE: Hides.NUMBERS, Field.FLAT: Hides.HOMES}
EVERYTHING = Sight(frozenset(Field))


@dataclass(frozen=True, slots=True)
class _Row:
    case: Sequence[str]
    """Who, their part, a complaint, a danger, the category, the way"""
    may: frozenset[Field]

    def holds(self, case: Sequence[str]) -> bool:
        return all(one in {_ANY, other} for one, other in zip(self.case, case, strict=True))


def sight(town: Town, ticket: Ticket, reader: Colleague | None, way: Way) -> Sight:
    """What the table allows; `reader` None is the operator at the command line."""
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
    return Sight(may, "" if Field.WORDS in may else _instead(town, ticket))


def sight_of_words(town: Town, words: str, reader: Colleague, way: Way, *, addressed: bool) -> Sight:
    """The same of what somebody says that is no ticket; `addressed`: to this very reader, as who said it knows."""
    out = with_those_below(complained_of(town, "", words))
    part = "addressed" if addressed else "complained" if side_of(town.world, reader) in out else "area"
    may = _allowed((_role(reader), part, "yes" if out else "no", "no", "", way))
    return Sight(may, "" if Field.WORDS in may else town.say("shielding.withheld"))


def passing(town: Town, ticket: Ticket, reader: Colleague | None) -> Sight:
    return sight(town, ticket, reader, Way.PASSING)


def is_listed(town: Town, ticket: Ticket, *, own: bool) -> bool:
    """Whether it may be told of where everybody reads; `own`: to the platform that it came from."""
    flagged = "yes" if ticket.red_flag else "no"  # of violence, too, nobody else need know
    complains = "yes" if shut_out(town, ticket) else "no"
    case = ("public", "own" if own else "none", complains, flagged, ticket.category, Way.PUBLISHED)
    return Field.LISTED in _allowed(case)


def is_shut_out(town: Town, ticket: Ticket, reader: Colleague) -> bool:
    """It complains of people such as these, and they did not write it."""
    out = shut_out(town, ticket)
    return bool(out) and reader.id != ticket.reporter_id and side_of(town.world, reader) in out


def shut_out(town: Town, ticket: Ticket) -> frozenset[str]:
    """The kinds of teams whose people may not learn what it says."""
    if ticket.shut_out is None:  # filed before this was written down
        return with_those_below(complained_of_by_rule(town.privacy, ticket.category, ticket.text))
    return frozenset(filter(None, ticket.shut_out.split(";")))


def shut(ticket: Ticket, kinds: Collection[str]) -> None:
    """From now on; it is never taken back."""
    before = frozenset(filter(None, (ticket.shut_out or "").split(";")))
    ticket.shut_out = ";".join(sorted(before | with_those_below(kinds)))


def complained_of(town: Town, category: str, text: str) -> frozenset[str]:
    """Of whom a text complains: by its category, by the town's own words, by rule and model."""
    return complained_of_by_rule(town.privacy, category, text) | town.reader.complained_of(text)


def with_those_below(kinds: Iterable[str]) -> frozenset[str]:
    """A community's grid staff would tell it."""
    below = _read()["below"]
    return frozenset(each for kind in kinds for each in (kind, *below.get(kind, ())))


def kinds_above(town: Town, ticket: Ticket) -> tuple[str, ...]:
    """Who decides on a complaint, the first that there is; empty where it is none, or somebody is in danger."""
    out = shut_out(town, ticket)
    if not out or is_danger(ticket):
        return ()
    above = _read()["above"]
    orders = above.get(next(iter(out)) if len(out) == 1 else _ANY, above[_ANY])
    return tuple(kind for kind in orders if kind not in out)


def is_danger(ticket: Ticket) -> bool:
    """Nobody may have to look for the flat. Violence is none: one of them may have done it."""
    return ticket.red_flag not in {"", None, _VIOLENCE}


def side_of(world: World, reader: Colleague) -> str:
    """The kind of the team that somebody belongs to; without a team, the level that they serve."""
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
    if reader.roles & STAFF:
        if reader.team and reader.team == ticket.team:
            return "lead"
        return "helping" if reader.team in [helper.team for helper in ticket.support] else "area"
    return "overseeing" if reader.is_overseer else "followed"


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
