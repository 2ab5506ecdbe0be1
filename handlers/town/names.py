"""All names of a town, as one value for the parser of questions."""

from collections import Counter

from handlers.town.catalogue import Catalogue
from handlers.world.staff import Staff
from handlers.world.world import World
from models.grid import Level
from nlp.model.features import plain
from nlp.questions.names import Area, Names


def names_of(world: World, staff: Staff, catalogue: Catalogue) -> Names:
    """The names; computed again when the world or the staff change."""
    grids = (node for node in world.grids.values() if node.level is not Level.BUILDING)
    people = Counter(member.name for member in staff.people.values() if member.name)
    return Names(
        gazetteer=world.gazetteer,
        place_names=world.names_by_place,
        areas={node.code: Area(node.code, node.name, node.level.value, node.parent) for node in grids},
        teams={team.code: (team.name, team.kind) for team in world.teams.values()},
        of_namesakes={
            plain(alias): (world.places[place].name, world.places[place].community)
            for place, aliases in world.aliases.items()
            for alias in aliases
        },
        people=frozenset(people),
        namesakes=frozenset(name for name, count in people.items() if count > 1),
        categories=catalogue.categories,
        items=catalogue.items,
    ).prepare()
