"""Parse 「德尚小区 明天9-12点停水 检修」: places, problem, period, and the time to send it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.town.town import Town
from handlers.world.nodes import PlaceNode
from models.person import Person, Role
from models.ticket import CHINA
from nlp.answers.when import When, read_when
from nlp.reading.understanding import Understanding

_NAMES = re.compile(r"[、,，;；和]")
_AT = re.compile(r"\s*定时\s*(.*)$")
_LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """An announcement that is not confirmed yet; stored in the open question's slots."""

    text: str
    places: tuple[int, ...]
    where: str
    building: str
    category: str
    item: str
    starts_at: str
    ends_at: str
    send_at: str

    def slots(self) -> dict[str, Any]:
        return asdict(self)


def timed(words: str, now: datetime) -> tuple[str, datetime | None]:
    """The words, and the time after 「定时」 (None without it)."""
    found = _AT.search(words)
    if found is None:
        return words, None
    when = read_when(found[1], now.astimezone(CHINA))
    return words[: found.start()].strip(), when.at if when else None


def lasts(when: When) -> tuple[datetime, datetime]:
    """Begin and end; without an end, it lasts until the end of the day."""
    until = when.until or when.at.replace(hour=23, minute=59)
    return when.at, min(until, when.at + _LONGEST)


def places_named(town: Town, words: str, seen: Understanding) -> tuple[Sequence[PlaceNode], str]:
    """The named places and building; a grid, community or street means all its places."""
    first, _, _ = words.partition(" ")
    found = [place for name in _NAMES.split(first) for place in _named(town, name.strip())]
    mention = seen.place
    if not found and mention and mention.known and not mention.guessed:
        found = [*town.world.places_named(mention.known)]
    found = [*{place.id: place for place in found}.values()]
    return found, mention.building if mention and len(found) == 1 else ""


def _named(town: Town, name: str) -> Iterator[PlaceNode]:
    if places := town.world.places_named(name):
        yield from places
        return
    grid = town.world.grid_named(name) if len(name) > 1 else None
    for place in town.world.places.values() if grid else ():
        if grid and any(town.world.lies_in(code, grid.code) for code in place.grids):
            yield place


def may_announce(town: Town, person: Person, place: PlaceNode) -> bool:
    """Whether the person's area, or the area of their team, includes the place."""
    around = town.world.above_places([place])
    if Role.ADMIN in person.roles or (person.is_overseer and person.grid is None):
        return True
    serves = any(team.code == person.team for code in around for team in town.world.teams_at.get(code, ()))
    return person.grid in around if person.grid else serves
