"""The subjects of scores, their tickets, and who may read a statement."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from handlers.practice_settings.scores import Side
from handlers.town.town import Town
from handlers.world.nodes import GridNode
from handlers.world.staff import Colleague
from models.grid import Level, TeamKind
from models.person import STAFF, Role
from models.ticket import Ticket

_KINDS = {Side.COMPANY: TeamKind.PROPERTY, Side.GRID: TeamKind.GRID, Side.COMMUNITY: TeamKind.COMMUNITY}
_LEVELS = {Level.GRID: Side.GRID, Level.COMMUNITY: Side.COMMUNITY}
COLUMN = {Side.COMPANY: Ticket.team, Side.GRID: Ticket.grid, Side.COMMUNITY: Ticket.community}
"""The ticket column that identifies a side's subject"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A scored company, grid or community."""

    side: Side
    code: str
    name: str


def all_of(town: Town, side: Side) -> list[Subject]:
    if side is Side.COMPANY:
        return [Subject(side, each.code, each.name) for each in town.world.teams.values() if each.kind == _KINDS[side]]
    return [
        Subject(side, each.code, each.name) for each in town.world.grids.values() if _LEVELS.get(each.level) is side
    ]


def of_side(town: Town, side: Side) -> ColumnElement[bool]:
    """Tickets of teams of this side's kind; each ticket counts for one side only."""
    return Ticket.team.in_([each.code for each in town.world.teams.values() if each.kind == _KINDS[side]])


def side_of_ticket(town: Town, ticket: Ticket) -> Subject | None:
    """The subject that a ticket counts for."""
    team = town.world.teams.get(ticket.team or "")
    side = next((side for side, kind in _KINDS.items() if team and team.kind == kind), None)
    if side is None:
        return None
    return subject(town, side, getattr(ticket, COLUMN[side].key) or "")


def subject(town: Town, side: Side, code: str) -> Subject | None:
    named = town.world.teams.get(code) if side is Side.COMPANY else town.world.grids.get(code)
    return Subject(side, code, named.name) if named else None


def area(town: Town, one: Subject) -> Sequence[str]:
    """The grids that the subject serves, or the grid that it is."""
    if one.side is not Side.COMPANY:
        return [one.code]
    return town.world.grids_served(one.code)


def own(town: Town, person: Colleague) -> Subject | None:
    """The subject that a person works for."""
    team = town.world.teams.get(person.team or "")
    if team and team.kind == TeamKind.PROPERTY:
        return subject(town, Side.COMPANY, team.code)
    return _of_grid(town.world.grids.get(person.grid or "") or _grid_of(town, person))


def _of_grid(grid: GridNode | None) -> Subject | None:
    side = _LEVELS.get(grid.level) if grid else None
    return Subject(side, grid.code, grid.name) if grid and side else None


def _grid_of(town: Town, person: Colleague) -> GridNode | None:
    served = town.world.grids_served(person.team)
    return town.world.grids[served[0]] if len(served) == 1 else None


def named(town: Town, words: str) -> Subject | None:
    """The subject with this name: a company, also by a unique part of its name; a grid or a community."""
    companies = all_of(town, Side.COMPANY)
    found = [each for each in companies if words in {each.code, each.name}]
    found = found or [each for each in companies if words in each.name]
    if len(found) == 1:
        return found[0]
    return _of_grid(town.world.grid_named(words))


def may_see(town: Town, person: Colleague, one: Subject) -> bool:
    """Readers of a statement: its own staff, the community of a company, and levels above; not other companies."""
    if Role.ADMIN in person.roles:
        return True
    above = town.world.above(*area(town, one))
    if person.is_overseer:
        return person.grid is None or person.grid in above
    if not person.roles & STAFF:
        return False
    if one.side is Side.COMPANY and person.team == one.code:
        return True
    level = town.world.grids[person.grid].level if person.grid in town.world.grids else None
    higher = Role.GRID_STAFF in person.roles and person.grid in above
    return higher and (one.side is not Side.COMPANY or level is not Level.GRID)


def belongs(town: Town, person: Colleague, one: Subject) -> bool:
    """Whether the subject is the one that the person works for."""
    return own(town, person) == one
