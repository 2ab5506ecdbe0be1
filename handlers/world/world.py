"""A frozen snapshot of the town's grids, places and teams, read again when it changes."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shapely import STRtree, from_geojson, intersects_xy, prepare
from shapely.geometry import Point
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from handlers.world.buildings import expand_buildings
from handlers.world.coordinates import gcj_to_wgs
from handlers.world.houses import house_of
from handlers.world.nodes import GridNode, PlaceNode, TeamNode
from models.faq_answer import ANSWERS_VERSION
from models.grid import Fact, Grid, Level, Place, PlaceAlias, PlaceRange, Team
from models.prepared_statements import Prepared
from models.staff_version import STAFF_VERSION
from nlp.places.gazetteer import Gazetteer, PlaceName

__all__ = [
    "VERSION", "GridNode", "PlaceNode", "TeamNode", "World", "expand_buildings", "load_world", "world_version",
]  # fmt: skip

VERSION = "world_version"
_Range = tuple[str, str, float | None, float | None]


@dataclass(frozen=True)
class World:
    """All that routing needs, in memory: no queries, and the cost doesn't depend on the number of places."""

    version: str
    grids: dict[str, GridNode] = field(default_factory=dict)
    places: dict[int, PlaceNode] = field(default_factory=dict)
    teams: dict[str, TeamNode] = field(default_factory=dict)
    teams_at: dict[str, tuple[TeamNode, ...]] = field(default_factory=dict)
    names: tuple[PlaceName, ...] = ()
    boundaries: tuple[tuple[str, Any], ...] = ()
    aliases: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Aliases of places that share their name with another place; an alias may tell them apart"""

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
    def houses(self) -> dict[str, tuple[int, str]]:
        """The place id and building number, by a 楼栋's code."""
        found: dict[str, tuple[int, str]] = {}
        for node in self.grids.values():
            house = house_of(node.name, self._called) if node.level is Level.BUILDING else None
            for place in self.places_named(self._called[house[0]]) if house else ():
                if house and place.community == self.code_at(node.code, Level.COMMUNITY):
                    found[node.code] = (place.id, house[1])
        return found

    @cached_property
    def _called(self) -> dict[str, str]:
        """The canonical name of a place, by each of its names."""
        return {each.name: each.canonical for each in self.names}

    @cached_property
    def heads(self) -> dict[tuple[int, str], str]:
        """The 楼栋's code, which finds its 楼栋长, by place id and building number."""
        return {house: code for code, house in self.houses.items()}

    @cached_property
    def _drawn(self) -> tuple[tuple[str, Any], ...]:
        """Boundaries, the smallest grids first, prepared for fast point tests."""
        whole = (each for each in self.boundaries if self.grids[each[0]].level is not Level.BUILDING)
        drawn = sorted(whole, key=lambda each: (self.grids[each[0]].level.rank, each[1].area, each[0]))
        prepare([shape for _, shape in drawn])
        return tuple(drawn)

    @cached_property
    def _tree(self) -> STRtree:
        return STRtree([shape for _, shape in self._drawn])

    @cached_property
    def _grid_names(self) -> tuple[str, tuple[GridNode, ...]]:
        """All names as one text, one line each: searching it is a hundred times faster than a loop over grids."""
        nodes = tuple(node for node in self.grids.values() if node.level is not Level.BUILDING)
        return "".join(f"\n{node.name}" for node in nodes), nodes

    @cached_property
    def _grids_exactly(self) -> dict[str, GridNode]:
        by_name = {node.name: node for node in reversed(self.grids.values())}
        return by_name | self.grids

    @cached_property
    def names_by_place(self) -> dict[str, tuple[str, ...]]:
        """The canonical name and the aliases of each place, by the canonical name."""
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.names:
            found[each.canonical].append(each.name)
        return {canonical: tuple(names) for canonical, names in found.items()}

    def prepare(self) -> "World":
        """Build all indexes now, so that no message waits for them."""
        self.gazetteer.prepare()
        self._tree.query(Point(0, 0))
        _ = self.heads, self._by_name, self._grid_names, self._grids_exactly, self.names_by_place
        return self

    def places_named(self, name: str) -> tuple[PlaceNode, ...]:
        """All places with this canonical name, at most one in a community."""
        return self._by_name.get(name, ())

    def chain(self, code: str | None) -> tuple[GridNode, ...]:
        """A grid and its ancestors, nearest first."""
        known = self._chains.get(code)
        return self._chains.setdefault(code, tuple(self._upwards(code))) if known is None else known

    def _upwards(self, code: str | None) -> Iterator[GridNode]:
        while code and (node := self.grids.get(code)):
            yield node
            code = node.parent

    def lies_in(self, grid: str | None, area: str | None) -> bool:
        """Whether a grid is this area or in it; False for unknown codes."""
        return any(node.code == area for node in self.chain(grid))

    def grids_served(self, team: str | None) -> list[str]:
        """The codes of the grids that a team serves."""
        return [grid for grid, teams in self.teams_at.items() if any(each.code == team for each in teams)]

    @cached_property
    def _chains(self) -> dict[str | None, tuple[GridNode, ...]]:
        """A cache of chains that were asked for."""
        return {}

    @cached_property
    def own_teams(self) -> dict[str, tuple[TeamNode, ...]]:
        """The teams of a grid's own level (grid, community or street), by the grid's code."""
        levels = {code: node.level.value for code, node in self.grids.items()}
        found = {
            code: tuple(each for each in teams if each.kind == levels.get(code))
            for code, teams in self.teams_at.items()
        }
        return {code: teams for code, teams in found.items() if teams}

    def around(self, place: str) -> Callable[[str], bool]:
        """A test whether a grid contains a place of this name; for an unknown name, any grid does."""
        return self._one_of(self.above_places(self.places_named(place)))

    def holds(self, *grids: str | None) -> Callable[[str], bool]:
        """A test whether a grid is one of these or above one; without known grids, and for "", it is True."""
        return self._one_of(self.above(*grids))

    def _one_of(self, here: Collection[str]) -> Callable[[str], bool]:
        return lambda area: not here or not area or area in here

    def above(self, *grids: str | None) -> frozenset[str]:
        """These grids and all their ancestors."""
        return frozenset(node.code for grid in grids for node in self.chain(grid))

    def above_places(self, places: Iterable[PlaceNode]) -> frozenset[str]:
        """The grids that contain these places, and all their ancestors."""
        return self.above(*(code for place in places for code in (*place.grids, place.community)))

    def code_at(self, grid: str | None, level: Level) -> str | None:
        """The code of the grid's ancestor (or itself) at a level."""
        return self.levels_of(grid).get(level)

    def levels_of(self, grid: str | None) -> Mapping[Level, str]:
        """The codes of a grid and its ancestors, by level."""
        known = self._levels.get(grid)
        if known is None:
            known = self._levels.setdefault(grid, {node.level: node.code for node in reversed(self.chain(grid))})
        return known

    @cached_property
    def _levels(self) -> dict[str | None, Mapping[Level, str]]:
        """A cache of chains that were asked for."""
        return {}

    def grid_at(self, lat: float, lng: float) -> str | None:
        """The smallest grid whose boundary contains the point (WGS-84)."""
        near = sorted(self._tree.query(Point(lng, lat)))  # by bounding box; the smallest grids come first
        return next((self._drawn[i][0] for i in near if intersects_xy(self._drawn[i][1], lng, lat)), None)

    def grid_named(self, words: str) -> GridNode | None:
        """The grid with this code or name, or the only one whose name contains the words."""
        words = words.strip()
        if not words or "\n" in words:
            return None
        if exact := self._grids_exactly.get(words):
            return exact
        names, nodes = self._grid_names
        at = names.find(words)
        end = names.find("\n", at) if at >= 0 else -1
        only = at >= 0 and (end < 0 or names.find(words, end) < 0)
        return nodes[names.count("\n", 0, at) - 1] if only else None

    def team_named(self, words: str, grid: str | None) -> TeamNode | None:
        """The nearest team serving the grid with this code or this part of a name, two characters at least."""
        serving = [team for node in self.chain(grid) for team in self.teams_at.get(node.code, ())]
        near = [team for team in serving if words == team.code or (len(words) > 1 and words in team.name)]
        return near[0] if near else None


def load_world(session: Session) -> World:
    """Read the whole town, at the start and when its version changes. Takes seconds for 100,000 places.

    On PostgreSQL each statement sees the newest commits, so it reads again if an import was committed meanwhile.
    """
    while True:
        version = world_version(session)
        world = _load(session, version)
        if world_version(session) == version:
            return world.prepare()


def _load(session: Session, version: str) -> World:
    grids = {g.code: GridNode(g.code, g.name, Level(g.level), g.parent) for g in session.scalars(select(Grid))}
    places = _places(session, grids)
    names = [PlaceName(place.name, place.name) for place in places.values()]
    aliases = session.execute(select(PlaceAlias.name, PlaceAlias.place_id)).all()
    names += [PlaceName(alias, places[place].name) for alias, place in aliases]
    teams, teams_at = _teams(session)
    boundaries = tuple(_boundaries(session))
    telling = _telling_apart(places, aliases)
    return World(version, grids, places, teams, teams_at, tuple(names), boundaries, telling)


def _telling_apart(places: Mapping[int, PlaceNode], aliases: Iterable[Any]) -> dict[int, tuple[str, ...]]:
    namesakes = {name for name, count in Counter(place.name for place in places.values()).items() if count > 1}
    found: dict[int, tuple[str, ...]] = {}
    for alias, place in aliases:
        if places[place].name in namesakes:
            found[place] = (*found.get(place, ()), alias)
    return found


_VERSION = select(Fact.value).where(Fact.name == VERSION)
_VERSIONS = Prepared[tuple[str, str]](
    select(Fact.name, Fact.value).where(
        or_(Fact.name == VERSION, Fact.name == STAFF_VERSION, Fact.name == ANSWERS_VERSION)
    )
)


def versions(session: Session) -> tuple[str, str, str]:
    """The versions of world, staff (which change with the world too) and answers; a change means: read again."""
    found = dict(_VERSIONS.rows(session, {}))
    world = found.get(VERSION, "")
    return world, f"{world}.{found.get(STAFF_VERSION, '')}", found.get(ANSWERS_VERSION, "")


def world_version(session: Session) -> str:
    """The version, which changes with every import; processes compare it to know when to read the town again."""
    return session.connection().scalar(_VERSION) or ""


def _places(session: Session, grids: Mapping[str, GridNode]) -> dict[int, PlaceNode]:
    """Places by id, read as columns, which is five times faster. Places with equal ranges share one dictionary.
    A row that names a 楼栋 counts for the grid around it.
    """
    around = {code: node.parent for code, node in grids.items() if node.level is Level.BUILDING and node.parent}
    ranges = _ranges(session)
    shared: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    nodes = {}
    columns = select(Place.id, Place.name, Place.community, Place.kind, Place.mode, Place.lat, Place.lng)
    for row in session.execute(columns.order_by(Place.id)):
        written = ranges[row.id]
        of_place = tuple((buildings, grid) for buildings, grid, _, _ in written)
        if of_place not in shared:
            shared[of_place] = {
                number: around.get(grid, grid) for text, grid in of_place for number in expand_buildings(text)
            }
        nodes[row.id] = PlaceNode(*row, shared[of_place], _points(written))
    return nodes


def _points(ranges: Iterable[_Range]) -> tuple[tuple[float, float, str], ...]:
    """The centres of the parts in WGS-84, like tickets; empty if fewer than two have coordinates."""
    told = [(*gcj_to_wgs(lat, lng), grid) for _, grid, lat, lng in ranges if lat is not None and lng is not None]
    return tuple(told) if len(told) > 1 else ()


def _ranges(session: Session) -> dict[int, list[_Range]]:
    """Buildings as written, their grid and centre, by place id."""
    ranges: dict[int, list[_Range]] = defaultdict(list)
    columns = select(PlaceRange.place_id, PlaceRange.buildings, PlaceRange.grid, PlaceRange.lat, PlaceRange.lng)
    for row in session.execute(columns.order_by(PlaceRange.place_id, PlaceRange.buildings)):
        ranges[row[0]].append((row[1], row[2], row[3], row[4]))
    return ranges


def _teams(session: Session) -> tuple[dict[str, TeamNode], dict[str, tuple[TeamNode, ...]]]:
    teams: dict[str, TeamNode] = {}
    at: dict[str, list[TeamNode]] = defaultdict(list)
    for row in session.scalars(select(Team).options(selectinload(Team.areas)).order_by(Team.code)):
        node = teams[row.code] = TeamNode(row.code, row.name, row.kind, row.phone)
        for area in row.areas:
            at[area.grid].append(node)
    return teams, {grid: tuple(nodes) for grid, nodes in at.items()}


def _boundaries(session: Session) -> Iterable[tuple[str, Any]]:
    for code, geometry in session.execute(select(Grid.code, Grid.boundary).where(Grid.boundary.is_not(None))):
        yield code, from_geojson(geometry)
