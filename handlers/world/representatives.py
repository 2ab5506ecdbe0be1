"""Whom a person represents: a 楼栋长 their building, a 业委会 its compounds. It gives no right to act on tickets."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.world.staff import Colleague
from handlers.world.world import World
from models.grid import Level, TeamKind

_COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class Voice:
    """The places that a person represents; with `building`, only that building of the place."""

    places: frozenset[int]
    building: str = ""

    def reaches(self, place: int | None, building: str) -> bool:
        return place in self.places and self.building in {"", building}


def voice_of(world: World, person: Colleague) -> Voice | None:
    """What the person represents; None if nothing."""
    grid = world.grids.get(person.grid or "")
    if grid and grid.level is Level.BUILDING:
        house = world.houses.get(grid.code)
        return Voice(frozenset({house[0]}), house[1]) if house else None
    team = world.teams.get(person.team or "")
    if team and team.kind == TeamKind.COMMITTEE:
        return Voice(frozenset(_compounds(world, team.code, team.name)))
    return None


def _compounds(world: World, team: str, name: str) -> Iterator[int]:
    """Compounds that lie wholly in the committee's area; if its name contains one of them, only that one."""
    areas = {*world.grids_served(team)}
    inside = [
        place
        for place in world.places.values()
        if place.kind == _COMPOUND and all(areas & world.above(grid) for grid in place.grids or {place.community})
    ]
    told = [place for place in inside if place.name in name]
    return (place.id for place in told or inside)
