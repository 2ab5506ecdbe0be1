"""Whether a question stays within the asker's area."""

from collections.abc import Iterator

from handlers.notifications import ticket_text
from handlers.town.town import Town
from models.person import Person, Role
from nlp.questions.query import Query


def outside(town: Town, query: Query, person: Person) -> str:
    """The name of an area, place, team or person outside the asker's area; "" if there is none."""
    if Role.ADMIN in person.roles or not person.grid:
        return ""
    return next(_beyond(town, query, person.grid), "")


def _beyond(town: Town, query: Query, own: str) -> Iterator[str]:
    for side in (query.only, query.whole or {}):
        for grid in side.get("grid", ()):
            if own not in _codes(town, grid):
                yield town.world.grids[grid].name
        for place in side.get("place", ()):
            if own not in _codes_of_place(town, place):
                yield place
        for team in side.get("team", ()):
            if not any(_meet(town, own, grid) for grid in _grids_of(town, team)):
                yield ticket_text.team_name(town, team)
        for name in side.get("person", ()):
            grids = [each.grid for each in town.staff.people.values() if each.name == name]
            if not any(grid is None or _meet(town, own, grid) for grid in grids):
                yield name


def _codes(town: Town, grid: str) -> set[str]:
    return {node.code for node in town.world.chain(grid)}


def _meet(town: Town, own: str, grid: str) -> bool:
    """Whether one area contains the other: a department may serve more than a street."""
    return own in _codes(town, grid) or grid in _codes(town, own)


def _grids_of(town: Town, team: str) -> list[str]:
    return [grid for grid, teams in town.world.teams_at.items() if any(each.code == team for each in teams)]


def _codes_of_place(town: Town, name: str) -> set[str]:
    places = town.world.places_named(name)
    return {code for place in places for grid in (place.community, *place.grids) for code in _codes(town, grid)}
