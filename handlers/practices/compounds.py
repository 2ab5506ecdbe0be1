"""Find the compound that is meant, and check who may act for it."""

from collections.abc import Sequence

from handlers.town.town import Town
from handlers.world.nodes import PlaceNode
from handlers.world.staff import Colleague
from models.grid import TeamKind
from models.person import Role

_COMPOUND = "compound"


def serves(town: Town, person: Colleague, place: PlaceNode) -> bool:
    """Whether the person's grid contains the compound, or their team serves it; departments serve no compound."""
    roles, area = person.roles, town.world.above_places([place])
    if Role.ADMIN in roles:
        return True
    reaches = person.grid in area
    if Role.SUPERVISOR in roles and (person.grid is None or reaches):
        return True
    of_team = _serves_there(town, person, area)
    if Role.GRID_STAFF in roles and (of_team or (reaches and not _is_department(town, person))):
        return True
    return Role.PROPERTY_STAFF in roles and of_team and (person.grid is None or reaches)


def _serves_there(town: Town, person: Colleague, area: frozenset[str]) -> bool:
    teams = {team.code for grid in area for team in town.world.teams_at.get(grid, ())}
    return person.team in teams and not _is_department(town, person)


def _is_department(town: Town, person: Colleague) -> bool:
    team = town.world.teams.get(person.team or "")
    return team is not None and team.kind == TeamKind.DEPARTMENT


def named(town: Town, words: str) -> tuple[Sequence[PlaceNode], str]:
    """The places of the first known name in a text (one for each community), and the words without it."""
    hits = [hit for hit in town.world.gazetteer.find(words) if not hit.guessed]
    if not hits:
        return (), words
    rest = f"{words[: hits[0].start]} {words[hits[0].end :]}"
    return town.world.places_named(hits[0].canonical), " ".join(rest.split())


def served(town: Town, person: Colleague) -> list[PlaceNode]:
    """The compounds that the person may act for."""
    return [place for place in town.world.places.values() if place.kind == _COMPOUND and serves(town, person, place)]


def meant(town: Town, person: Colleague, words: str) -> tuple[PlaceNode | None, str]:
    """The named compound, if the person serves it, else the only one that they serve (None if several); the rest."""
    places, rest = named(town, words)
    if places:
        theirs = [place for place in places if serves(town, person, place)]
        return (theirs[0] if len(theirs) == 1 else None), rest
    theirs = served(town, person)
    return (theirs[0] if len(theirs) == 1 else None), words
