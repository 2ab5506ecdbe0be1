"""The town as the handlers see it: a frozen picture of grids, places and teams, read anew when it changes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shapely import STRtree, from_geojson
from shapely.geometry import Point
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.grid import Fact, Grid, Level, Place, Team
from nlp.places import Gazetteer, PlaceName

VERSION = "world_version"


@dataclass(frozen=True, slots=True)
class GridNode:
    """One grid of any level."""

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class TeamNode:
    """One 承办单位."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class PlaceNode:
    """A place of one community; `grid_by_building` maps "3" or "A" to a grid, "" to the grid of all the rest."""

    id: int
    name: str
    community: str
    kind: str
    mode: str
    lat: float | None
    lng: float | None
    grid_by_building: dict[str, str]

    @property
    def grids(self) -> frozenset[str]:
        return frozenset(self.grid_by_building.values())

    def grid_of(self, building: str) -> str:
        """The grid of a building; the community's own where it is unknown and several grids share the place."""
        found = self.grid_by_building.get(building.upper()) or self.grid_by_building.get("")
        if found:
            return found
        return next(iter(self.grids)) if len(self.grids) == 1 else self.community


@dataclass(frozen=True)
class World:
    """Everything that routing asks for, in memory: no query, cost independent of the number of places."""

    version: str
    grids: dict[str, GridNode] = field(default_factory=dict)
    places: dict[int, PlaceNode] = field(default_factory=dict)
    teams: dict[str, TeamNode] = field(default_factory=dict)
    teams_at: dict[str, tuple[TeamNode, ...]] = field(default_factory=dict)
    names: tuple[PlaceName, ...] = ()
    boundaries: tuple[tuple[str, Any], ...] = ()

    @cached_property
    def gazetteer(self) -> Gazetteer:
        return Gazetteer(self.names)

    @cached_property
    def _by_name(self) -> dict[str, tuple[PlaceNode, ...]]:
        found: dict[str, list[PlaceNode]] = defaultdict(list)
        for place in self.places.values():
            found[place.name].append(place)
        return {name: tuple(places) for name, places in found.items()}

    @cached_property
    def _tree(self) -> STRtree:
        return STRtree([shape for _, shape in self.boundaries])

    def places_named(self, name: str) -> tuple[PlaceNode, ...]:
        """All places with this canonical name: one for each community that has it."""
        return self._by_name.get(name, ())

    def chain(self, code: str | None) -> tuple[GridNode, ...]:
        """A grid and what stands above it, nearest first."""
        return tuple(self._upwards(code))

    def _upwards(self, code: str | None) -> Iterator[GridNode]:
        while code and (node := self.grids.get(code)):
            yield node
            code = node.parent

    def code_at(self, grid: str | None, level: Level) -> str | None:
        """The code of the grid's ancestor (or itself) at a level."""
        return next((node.code for node in self.chain(grid) if node.level == level), None)

    def grid_at(self, lat: float, lng: float) -> str | None:
        """The smallest grid whose boundary holds the point (WGS-84)."""
        point = Point(lng, lat)
        hits = [self.boundaries[i] for i in self._tree.query(point, predicate="intersects")]
        ranked = sorted(hits, key=lambda hit: (self.grids[hit[0]].level.rank, hit[1].area, hit[0]))
        return ranked[0][0] if ranked else None

    def grid_named(self, words: str) -> GridNode | None:
        """A grid by its code or name, or by the only name that contains the words."""
        words = words.strip()
        exact = [g for g in self.grids.values() if words in {g.code, g.name}]
        near = exact or [g for g in self.grids.values() if words and words in g.name]
        return near[0] if len(near) == 1 or exact else None

    def team_named(self, words: str, grid: str | None) -> TeamNode | None:
        """The team that somebody means by a code or a part of its name: the nearest one that serves the grid."""
        serving = [team for node in self.chain(grid) for team in self.teams_at.get(node.code, ())]
        near = [team for team in serving if words and (words == team.code or words in team.name)]
        return near[0] if near else None


def load_world(session: Session) -> World:
    """Read the whole town. Seconds at 100,000 places; done at the start and when its version changes."""
    grids = {g.code: GridNode(g.code, g.name, Level(g.level), g.parent) for g in session.scalars(select(Grid))}
    rows = session.scalars(select(Place).options(selectinload(Place.aliases), selectinload(Place.ranges))).all()
    places = {row.id: _place_node(row) for row in rows}
    names = [PlaceName(row.name, row.name) for row in rows]
    names += [PlaceName(alias.name, row.name) for row in rows for alias in row.aliases]
    teams, teams_at = _teams(session)
    return World(world_version(session), grids, places, teams, teams_at, tuple(names), tuple(_boundaries(session)))


def world_version(session: Session) -> str:
    """Changes with every import; processes compare it to know when to read the town anew."""
    return session.scalar(select(Fact.value).where(Fact.name == VERSION)) or ""


def expand_buildings(text: str) -> Iterator[str]:
    """`1-6;8;A` → 1 2 3 4 5 6 8 A; empty text → "" (all the rest). Raises ValueError on anything else."""
    if not text.strip():
        yield ""
        return
    for part in text.upper().replace("；", ";").split(";"):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if dash:
            low, high = int(first), int(last)
            if not 0 < low <= high < 10_000:
                raise ValueError(part)
            yield from (str(number) for number in range(low, high + 1))
        elif first.isascii() and first.isalnum():
            yield first
        else:
            raise ValueError(part)


def _place_node(row: Place) -> PlaceNode:
    by_building = {b: r.grid for r in row.ranges for b in expand_buildings(r.buildings)}
    return PlaceNode(row.id, row.name, row.community, row.kind, row.mode, row.lat, row.lng, by_building)


def _teams(session: Session) -> tuple[dict[str, TeamNode], dict[str, tuple[TeamNode, ...]]]:
    teams: dict[str, TeamNode] = {}
    at: dict[str, list[TeamNode]] = defaultdict(list)
    for row in session.scalars(select(Team).options(selectinload(Team.areas)).order_by(Team.code)):
        node = teams[row.code] = TeamNode(row.code, row.name, row.kind)
        for area in row.areas:
            at[area.grid].append(node)
    return teams, {grid: tuple(nodes) for grid, nodes in at.items()}


def _boundaries(session: Session) -> Iterable[tuple[str, Any]]:
    for code, geometry in session.execute(select(Grid.code, Grid.boundary).where(Grid.boundary.is_not(None))):
        yield code, from_geojson(geometry)
