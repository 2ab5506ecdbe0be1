"""The map: the smallest grids with a boundary, each with its open and overdue tickets."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from handlers.board.viewer import Viewer
from handlers.figures.counts import late, still_open
from handlers.world.world import World
from models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Shape:
    """A grid of the map."""

    code: str
    name: str
    outline: Any
    """Its boundary in WGS-84"""
    open: int
    late: int


def shapes(session: Session, world: World, viewer: Viewer, now: datetime) -> list[Shape]:
    """The grids to draw, ordered by code."""
    drawn = {code: outline for code, outline in world.boundaries if _is_within(world, code, viewer.area)}
    parents = {node.code for code in drawn for node in world.chain(code)[1:]}
    is_open, is_late = _counted(session, viewer, now)
    return [
        Shape(code, world.grids[code].name, drawn[code], is_open[code], is_late[code])
        for code in sorted(drawn.keys() - parents)
    ]


def _is_within(world: World, code: str, area: str) -> bool:
    return not area or world.lies_in(code, area)


def _counted(session: Session, viewer: Viewer, now: datetime) -> tuple[Counter[str], Counter[str]]:
    """Open and overdue tickets, by grid of any level."""
    levels = (Ticket.grid, Ticket.community, Ticket.street, Ticket.county)
    sums = (func.count(), func.sum(case((late(now), 1), else_=0)))
    rows = session.execute(select(*levels, *sums).where(still_open() | late(now), viewer.scope).group_by(*levels))
    is_open, is_late = Counter[str](), Counter[str]()
    for *codes, number, of_these_late in rows:
        for code in _once(codes):
            is_open[code] += number
            is_late[code] += of_these_late or 0
    return is_open, is_late


def _once(codes: list[str | None]) -> Iterator[str]:
    yield from {code for code in codes if code}
