"""For whom somebody speaks: a 楼栋长 for their house, a 业委会 for its compounds. A voice is no right to act."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.world.staff import Colleague
from handlers.world.world import World
from models.grid import Level, TeamKind

_COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class Voice:
    """The places, and the one house in them; without a house, the whole compounds."""

    places: frozenset[int]
    building: str = ""

    def reaches(self, place: int | None, building: str) -> bool:
        return place in self.places and self.building in {"", building}


def voice_of(world: World, person: Colleague) -> Voice | None:
    """None: for nobody but themselves."""
    grid = world.grids.get(person.grid or "")
    if grid and grid.level is Level.BUILDING:
        house = world.houses.get(grid.code)
        return Voice(frozenset({house[0]}), house[1]) if house else None
    team = world.teams.get(person.team or "")
    if team and team.kind == TeamKind.COMMITTEE:
        return Voice(frozenset(_compounds(world, team.code, team.name)))
    return None


def _compounds(world: World, team: str, name: str) -> Iterator[int]:
    """Those that lie in its area alone; where its name says one of them, that one."""
    areas = {*world.grids_served(team)}
    inside = [
        place
        for place in world.places.values()
        if place.kind == _COMPOUND and all(areas & world.above(grid) for grid in place.grids or {place.community})
    ]
    told = [place for place in inside if place.name in name]
    return (place.id for place in told or inside)
