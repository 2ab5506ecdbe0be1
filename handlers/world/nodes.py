"""What stands in the town: a grid, a team, a place; frozen, as the handlers see them."""

from dataclasses import dataclass
from math import cos, hypot, radians

from handlers.world.buildings import on_the_road
from models.grid import Level


@dataclass(frozen=True, slots=True)
class GridNode:
    """One grid of any level."""

    code: str
    name: str
    level: Level
    parent: str | None


@dataclass(frozen=True, slots=True)
class TeamNode:
    """One 承办单位. `phone` is for everybody."""

    code: str
    name: str
    kind: str
    phone: str = ""


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
    points: tuple[tuple[float, float, str], ...] = ()
    """Middles of its parts (latitude, longitude, grid), where the rows tell several"""

    @property
    def grids(self) -> frozenset[str]:
        return frozenset(self.grid_by_building.values())

    def grid_of(self, building: str) -> str:
        """The grid of a building; the community's own where it is unknown and several grids share the place."""
        for known in (building.upper(), *on_the_road(building), ""):
            if found := self.grid_by_building.get(known):
                return found
        return next(iter(self.grids)) if len(self.grids) == 1 else self.community

    def grid_near(self, lat: float, lng: float) -> str | None:
        """Of several parts the grid of the nearest one; None where it doesn't tell them apart."""
        width = cos(radians(lat))
        near = min(self.points, key=lambda point: hypot(point[0] - lat, (point[1] - lng) * width), default=None)
        return near[2] if near else None
