"""Building numbers as the world stores them: `1-6;8;A`; for a road `1-199单` and `97弄`."""

import re
from collections.abc import Iterator

_SIDES = {"单": 1, "双": 0}
_LANE = re.compile(r"\d{1,4}弄")
_ON_A_ROAD = re.compile(r"(\d{1,5})[弄号]")


def expand_buildings(text: str) -> Iterator[str]:
    """`1-6;8;A` → 1 2 3 4 5 6 8 A; one side of a road, `1-5单` → 1 3 5; a lane, `97弄`; "" → "" (all others).

    Raises ValueError on anything else.
    """
    if not text.strip():
        yield ""
        return
    for part in text.upper().replace("；", ";").split(";"):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if dash:
            yield from map(str, _numbers(int(first), last))
        elif (first.isascii() and first.isalnum()) or _LANE.fullmatch(first):
            yield first
        else:
            raise ValueError(part)


def _numbers(low: int, last: str) -> range:
    side = _SIDES.get(last[-1:])
    high = int(last[:-1] if side is not None else last)
    if not 0 < low <= high < 10_000:
        raise ValueError(last)
    return range(low, high + 1) if side is None else range(low + (low % 2 != side), high + 1, 2)


def on_the_road(building: str) -> tuple[str, ...]:
    """The road numbers of a building: 「97弄5」 is in lane 97弄, which opens at number 97; 「120号3」 is at 120."""
    found = _ON_A_ROAD.match(building)
    return (f"{found[1]}弄", found[1]) if found else ()
