"""An invited person takes over their row from people.csv, with its name, telephone and roster."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from models.person import Invitation, Person, PersonRole
from models.push import Push
from models.roster import Shift
from models.ticket import Ticket

_HELD = (Shift.person_id, Shift.stand_in_id, Ticket.assignee_id, Ticket.proposed_id, Push.person_id)
"""Columns that may already point to a person who has not joined yet"""


def take_place(session: Session, person: Person, invitation: Invitation, name: str) -> None:
    """Merge the expected person's row into `person`; of several, the one with this name. Else do nothing."""
    awaited = [each for each in _awaited(session, invitation) if name in {"", each.name}]
    if len(awaited) != 1:
        return
    (row,) = awaited
    person.name, person.phone, person.wecom = row.name, row.phone, row.wecom
    person.team, person.grid = row.team, row.grid
    for held in row.roles:
        person.give(held)
    session.flush()
    for column in _HELD:
        session.execute(update(column.class_).where(column == row.id).values({column.key: person.id}))
    session.delete(row)
    session.flush()


def _awaited(session: Session, invitation: Invitation) -> Sequence[Person]:
    """People from people.csv without an openid, with the invitation's role and post."""
    wanted = select(Person).where(Person.openid.is_(None), Person.role_rows.any(PersonRole.role == invitation.role))
    if invitation.team:
        wanted = wanted.where(Person.team == invitation.team)
    if invitation.grid:
        wanted = wanted.where(Person.grid == invitation.grid)
    return session.scalars(wanted.options(undefer(Person.phone))).all()
