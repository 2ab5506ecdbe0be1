"""What the world files say, read and checked: one record for one thing, ready to be compared with the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from handlers.tables.table import Problem
from models.grid import Level
from models.person import Role
from models.roster import ShiftKind


@dataclass(frozen=True, slots=True)
class GridRecord:
    """One grid of any level; `parent` is None at the top."""

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class TeamRecord:
    """`grids` are of any level, in order."""

    code: str
    name: str
    kind: str
    grids: tuple[str, ...]
    phone: str = ""


Range = tuple[str, str, float | None, float | None]


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """All rows of one name in one community. `ranges`: buildings, their grid, and their middle where it is told."""

    community: str
    name: str
    kind: str
    mode: str
    lat: float | None
    lng: float | None
    aliases: tuple[str, ...]
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Somebody with an openid, or awaited without one. `roles` has no RESIDENT: everybody is that."""

    name: str
    openid: str | None
    roles: frozenset[Role]
    team: str | None
    grid: str | None
    phone: str
    wecom: str


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    """One line of the roster; whom it is about, and who stands in, as the people's files know them."""

    person: PersonRecord
    team: str | None
    kind: ShiftKind
    days: str
    starts: int
    ends: int
    stand_in: PersonRecord | None


@dataclass(frozen=True, slots=True)
class PatrolRecord:
    """One point of a grid's rounds."""

    code: str
    grid: str
    name: str
    lat: float
    lng: float
    times: str


@dataclass(frozen=True, slots=True)
class CareRecord:
    """Somebody who is looked after. `every`: days; without a visitor the grid's own staff go."""

    name: str
    address: str
    grid: str
    kind: str
    every: int
    phone: str
    visitor: PersonRecord | None


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One question that is asked again and again, with its answer; the columns of its table in their order."""

    id: str
    question: str
    also: str
    answer: str
    source: str
    valid_until: date | None
    area: str | None
    contact: str


@dataclass(frozen=True, slots=True)
class WorldFiles:
    """A whole town. `boundaries` maps a grid's code to its geometry; None: the files have none, those we know stay.

    `roster` and `answers` likewise: where the files have none, the lines we know stay.
    """

    grids: tuple[GridRecord, ...]
    teams: tuple[TeamRecord, ...]
    places: tuple[PlaceRecord, ...]
    people: tuple[PersonRecord, ...]
    boundaries: Mapping[str, str] | None = None
    roster: tuple[ShiftRecord, ...] | None = None
    patrols: tuple[PatrolRecord, ...] | None = None
    care: tuple[CareRecord, ...] | None = None
    answers: tuple[AnswerRecord, ...] | None = None
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    """What was mended on the way, for people to look at"""

    def digest(self, before: str) -> str:
        """A version that no earlier world had: the one before is part of it, so that an old world come back is new."""
        content = repr((before, self.grids, self.teams, self.places, self.boundaries))
        return sha256(content.encode()).hexdigest()[:16]
