"""Whether a question asks of what its asker oversees."""

from handlers.questions.query import Query
from handlers.town.town import Town
from models.person import Person, Role


def outside(town: Town, query: Query, person: Person) -> str:
    """The name of the area or place that reaches beyond what the person oversees; empty if none does."""
    if Role.ADMIN in person.roles or not person.grid:
        return ""
    if query.grid and person.grid not in _codes(town, query.grid):
        return town.world.grids[query.grid].name
    if query.place and person.grid not in _codes_of_place(town, query.place):
        return query.place
    return ""


def _codes(town: Town, grid: str) -> set[str]:
    return {node.code for node in town.world.chain(grid)}


def _codes_of_place(town: Town, name: str) -> set[str]:
    places = town.world.places_named(name)
    return {code for place in places for grid in (place.community, *place.grids) for code in _codes(town, grid)}
