"""The meaning of a printed QR code: a compound, one of its buildings, a lift or a bin there."""

import re
from dataclasses import dataclass

from handlers.world.world import World

_SCENE = re.compile(r"place_(\d{1,9})(?:_([0-9A-Z]{1,6}))?(?:_(lift|bin))?")
_PREFIX = "qrscene_"


@dataclass(frozen=True, slots=True)
class Scene:
    """A scanned place; `point` is "lift", "bin" or ""."""

    place: int
    building: str = ""
    point: str = ""

    def __str__(self) -> str:
        return "_".join(filter(None, ("place", str(self.place), self.building, self.point)))


def scene_of(world: World, text: str) -> Scene | None:
    """The scene of a scanned text; None if it names no place of this town."""
    found = _SCENE.fullmatch(text.removeprefix(_PREFIX))
    place = world.places.get(int(found[1])) if found else None
    if found is None or place is None:
        return None
    return Scene(place.id, found[2] or "", found[3] or "")
