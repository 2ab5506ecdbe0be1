"""Records of the world files, parsed and checked, for comparison with the database."""

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
    """A grid of any level; `parent` is None at the top."""

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class TeamRecord:
    """A team; `grids` are of any level, sorted."""

    code: str
    name: str
    kind: str
    grids: tuple[str, ...]
    phone: str = ""


Range = tuple[str, str, float | None, float | None]


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """All rows of one name in one community. `ranges`: buildings, their grid, and their centre if given."""

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
    """A person with an openid, or one who has not joined yet. `roles` omits RESIDENT, which everybody has."""

    name: str
    openid: str | None
    roles: frozenset[Role]
    team: str | None
    grid: str | None
    phone: str
    wecom: str


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    """A row of the roster, with its person and stand-in as records."""

    person: PersonRecord
    team: str | None
    kind: ShiftKind
    days: str
    starts: int
    ends: int
    stand_in: PersonRecord | None


@dataclass(frozen=True, slots=True)
class PatrolRecord:
    """A patrol point of a grid."""

    code: str
    grid: str
    name: str
    lat: float
    lng: float
    times: str


@dataclass(frozen=True, slots=True)
class CareRecord:
    """A person on the care list. `every` is in days; without a visitor the grid's staff visit them."""

    name: str
    address: str
    grid: str
    kind: str
    every: int
    phone: str
    visitor: PersonRecord | None


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """A frequent question with its answer; the fields are the table's columns in order."""

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
    """A whole town. `boundaries` maps a grid's code to its geometry.

    None for an optional table means that the files don't have it: the stored rows stay.
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
    """Repairs and doubtful entries for people to check"""

    def digest(self, before: str) -> str:
        """A new version. It includes the previous version, so that a restored old world gets a new one too."""
        content = repr((before, self.grids, self.teams, self.places, self.boundaries))
        return sha256(content.encode()).hexdigest()[:16]
