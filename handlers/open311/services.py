"""The services: the catalogue's sub-items, and each category for requests without a sub-item."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.town.town import Town

HOUSE = {"building": "open311.building", "unit": "open311.unit", "room": "open311.room"}
"""The attributes of every service, with the wordings of their descriptions"""
_MOST = 40
"""Most characters of an attribute"""


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of problem, with its key in the catalogue."""

    code: str
    name: str
    category: str
    item: str
    group: str


def services(town: Town) -> Iterator[Service]:
    """All services in the catalogue's order, each category after its sub-items."""
    for category, name in town.catalogue.categories.items():
        for item, (of, item_name) in town.catalogue.items.items():
            if of == category:
                yield Service(item, item_name, category, item, name)
        yield Service(category, name, category, "", name)


def service_of(town: Town, code: str) -> Service | None:
    """The service of a code; a sub-item takes precedence over a category with the same key."""
    return next((each for each in services(town) if each.code == code), None)


def house_of(told: dict[str, str]) -> dict[str, str]:
    """The given attributes, cut to _MOST characters."""
    return {name: told.get(name, "").strip()[:_MOST] for name in HOUSE}
