"""Who looks at a board, and how far they see: never farther than they may at this very moment."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from handlers.disclosure.policy import side_of
from handlers.tickets.access import overseen, within
from handlers.tickets.unrouted import on_desk
from handlers.town.town import Town
from models.person import Person, Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person with an area."""

    person: Person
    area: str
    """Empty: the whole town"""
    side: str
    """What complains of these people is not counted for them"""
    scope: ColumnElement[bool]
    desk: ColumnElement[bool]


def role_of(person: Person) -> str:
    return (Role.ADMIN if Role.ADMIN in person.roles else Role.SUPERVISOR).value if person.is_overseer else ""


def viewer(town: Town, person: Person, area: str) -> Viewer | None:
    """None where it is not theirs to see."""
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
