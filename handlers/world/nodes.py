"""Grids, teams and places as frozen values for handlers."""

from dataclasses import dataclass
from math import cos, hypot, radians

from handlers.world.buildings import on_the_road
from models.grid import Level


@dataclass(frozen=True, slots=True)
class GridNode:
    """A grid of any level."""

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class TeamNode:
    """A 承办单位. Its `phone` is public."""

    code: str
    name: str
    kind: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PlaceNode:
    """A place of one community; `grid_by_building` maps "3" or "A" to a grid, "" to the grid of all other buildings."""

    id: int
    name: str
    community: str
    kind: str
    mode: str
    lat: float | None
    lng: float | None
    grid_by_building: dict[str, str]
    points: tuple[tuple[float, float, str], ...] = ()
    """Centres of its parts (latitude, longitude in WGS-84, grid), if there are several"""

    @property
    def grids(self) -> frozenset[str]:
        return frozenset(self.grid_by_building.values())

    def grid_of(self, building: str) -> str:
        """The grid of a building; the community if the building is unknown and several grids share the place."""
        for known in (building.upper(), *on_the_road(building), ""):
            if found := self.grid_by_building.get(known):
                return found
        return next(iter(self.grids)) if len(self.grids) == 1 else self.community

    def grid_near(self, lat: float, lng: float) -> str | None:
        """The grid of the part nearest to a point (WGS-84); None if the place has no parts."""
        width = cos(radians(lat))
        near = min(self.points, key=lambda point: hypot(point[0] - lat, (point[1] - lng) * width), default=None)
        return near[2] if near else None
