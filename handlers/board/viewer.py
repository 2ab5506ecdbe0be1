"""The viewer of a board and their scope, checked at every request."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from handlers.disclosure.policy import side_of
from handlers.tickets.access import overseen, within
from handlers.tickets.unrouted import on_desk
from handlers.town.town import Town
from models.person import Person, Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """A supervisor who views the board of an area."""

    person: Person
    area: str
    """A grid of any level; "": the whole town"""
    side: str
    """The viewer's side; complaints about it are not counted"""
    scope: ColumnElement[bool]
    desk: ColumnElement[bool]


def role_of(person: Person) -> str:
    return (Role.ADMIN if Role.ADMIN in person.roles else Role.SUPERVISOR).value if person.is_overseer else ""


def viewer(town: Town, person: Person, area: str) -> Viewer | None:
    """The viewer; None if the person may not see this area."""
    if not person.is_overseer:
        return None
    own = "" if Role.ADMIN in person.roles else person.grid or ""
    area = area or own
    if area and area not in town.world.grids:
        return None
    if own and not town.world.lies_in(area, own):
        return None
    scope = overseen(person)
    return Viewer(
        person,
        area,
        side_of(town.world, person),
        scope & within(area) if area != own else scope,
        on_desk(person) & within(area) if area != own else on_desk(person),
    )
