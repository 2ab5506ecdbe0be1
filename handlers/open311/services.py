"""The services that can be asked for: the catalogue's sub-items, and each category for what has none."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.town.town import Town

HOUSE = {"building": "open311.building", "unit": "open311.unit", "room": "open311.room"}
"""The attributes of every service, and what each asks for: where in a compound it is"""
_MOST = 40
"""Characters of an attribute"""


@dataclass(frozen=True, slots=True)
class Service:
    """One kind of trouble, under the key that the catalogue has for it."""

    code: str
    name: str
    category: str
    item: str
    group: str


def services(town: Town) -> Iterator[Service]:
    """In the catalogue's order, each category after its sub-items."""
    for category, name in town.catalogue.categories.items():
        for item, (of, item_name) in town.catalogue.items.items():
            if of == category:
                yield Service(item, item_name, category, item, name)
        yield Service(category, name, category, "", name)


def service_of(town: Town, code: str) -> Service | None:
    """A sub-item before a category of the same key."""
    return next((each for each in services(town) if each.code == code), None)


def house_of(told: dict[str, str]) -> dict[str, str]:
    """What was given of the attributes, no longer than a house number is."""
    return {name: told.get(name, "").strip()[:_MOST] for name in HOUSE}
