"""The town's own names for examples in our sentences: 「比如“德尚小区3号楼停水”」."""

from handlers.town.town import Town
from models.grid import Level

_COMPOUND = "compound"


def a_place(town: Town) -> str:
    """The name of one of its compounds."""
    compounds = (place.name for place in town.world.places.values() if place.kind == _COMPOUND)
    return next(compounds, "") or town.say("places.an_example")


def a_community(town: Town) -> str:
    """The name of one of its communities."""
    communities = (node.name for node in town.world.grids.values() if node.level is Level.COMMUNITY)
    return next(communities, "") or town.say("places.a_community")
