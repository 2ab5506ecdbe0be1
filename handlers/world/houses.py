"""A house by its name: 「德尚小区3号楼」 is house 3 of 德尚小区."""

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"(\d{1,4}|[A-Za-z])\s*(?:号楼|号院|号|栋|幢|座|楼)")


def house_of(name: str, places: Iterable[str]) -> tuple[str, str] | None:
    """The place's name and the house's number; the longest name that fits. None: it names no house of these."""
    fitting = sorted((place for place in places if place and name.startswith(place)), key=len, reverse=True)
    found = ((place, _NUMBER.fullmatch(name[len(place) :].strip())) for place in fitting)
    return next(((place, number[1].upper()) for place, number in found if number), None)
