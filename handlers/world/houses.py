"""Parse a building's name: 「德尚小区3号楼」 is building 3 of 德尚小区."""

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"(\d{1,4}|[A-Za-z])\s*(?:号楼|号院|号|栋|幢|座|楼)")


def house_of(name: str, places: Iterable[str]) -> tuple[str, str] | None:
    """The place's name (the longest that matches) and the building's number; None if the name is no building there."""
    fitting = sorted((place for place in places if place and name.startswith(place)), key=len, reverse=True)
    found = ((place, _NUMBER.fullmatch(name[len(place) :].strip())) for place in fitting)
    return next(((place, number[1].upper()) for place, number in found if number), None)
