"""The names of the demonstration world, straight from its files: what questions are read with."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

from handlers.town.catalogue import read_catalogue
from nlp.places.gazetteer import Gazetteer, PlaceName
from nlp.questions.names import Area, Names

ROOT = Path(__file__).parent.parent.parent
WORLD = ROOT / "bot" / "demo_world"
_STAFF = {"grid_staff", "property_staff", "supervisor", "admin"}


def rows(name):
    with (WORLD / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def demo_names():
    places = defaultdict(dict)
    for row in rows("places"):
        for name in (row["name"], *filter(None, row["aliases"].split(";"))):
            places[row["name"]][name] = None
    catalogue = read_catalogue(ROOT / "handlers" / "data" / "categories.csv")
    people = Counter(row["name"] for row in rows("people") if _STAFF & set(row["roles"].split(";")))
    return Names(
        gazetteer=Gazetteer(PlaceName(name, canonical) for canonical, names in places.items() for name in names),
        place_names={canonical: tuple(names) for canonical, names in places.items()},
        areas={
            row["code"]: Area(row["code"], row["name"], row["level"], row["parent"] or None) for row in rows("grids")
        },
        teams={row["code"]: (row["name"], row["kind"]) for row in rows("teams")},
        people=frozenset(people),
        namesakes=frozenset(name for name, count in people.items() if count > 1),
        categories=catalogue.categories,
        items=catalogue.items,
    ).prepare()
