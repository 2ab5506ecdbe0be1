"""Every test has a program of its own, and each would read the same files and the same town again: half of its start.

So here a process reads a file again when it is another file, and a town when its version is another. What is kept is
frozen, or nobody writes to it.
"""

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.installation import settings, town_keeper
from handlers.town.catalogue import Catalogue
from handlers.world.staff import Staff
from handlers.world.world import World, world_version
from nlp.questions.names import Names

_IMPORTED = re.compile(r"[0-9a-f]{16,}")
_Stamp = tuple[str, int, int]


def read_once() -> None:
    """From now on in this process."""
    for module, name in (
        (settings, "read_file"),
        (town_keeper, "read_file"),
        (town_keeper, "read_catalogue"),
        (town_keeper, "read_limits"),
        (town_keeper, "read_duties"),
        (town_keeper, "read_wordings"),
    ):
        setattr(module, name, _by_files(getattr(module, name)))
    town_keeper.load_world = _world_by_version(town_keeper.load_world)
    town_keeper.names_of = _names_by_parts(town_keeper.names_of)


def _by_files(read: Callable[..., Any]) -> Callable[..., Any]:
    kept: dict[tuple[object, ...], Any] = {}

    @wraps(read)
    def reading(*given: Any) -> Any:
        try:
            key = tuple(_stamp(each) if isinstance(each, Path) else id(each) for each in given)
        except OSError:  # the reader says what is wrong
            return read(*given)
        if key not in kept:
            kept[key] = read(*given), given  # `given` lives on: no other object gets its id
        return kept[key][0]

    return reading


def _stamp(path: Path) -> _Stamp:
    found = path.stat()
    return str(path.resolve()), found.st_mtime_ns, found.st_size


def _world_by_version(load: Callable[[Session], World]) -> Callable[[Session], World]:
    kept: dict[tuple[str, str], World] = {}

    def loading(session: Session) -> World:
        key = session.get_bind().dialect.name, world_version(session)
        if not _IMPORTED.fullmatch(key[1]):  # a test has made up the version, and the world with it
            return load(session)
        if key not in kept:
            kept[key] = load(session)
        return kept[key]

    return loading


def _names_by_parts(name: Callable[[World, Staff, Catalogue], Names]) -> Callable[[World, Staff, Catalogue], Names]:
    kept: dict[tuple[int, str, int], tuple[Names, World, Catalogue]] = {}

    def naming(world: World, staff: Staff, catalogue: Catalogue) -> Names:
        key = id(world), staff.version, id(catalogue)
        if key not in kept:
            kept[key] = name(world, staff, catalogue), world, catalogue
        return kept[key][0]

    return naming
