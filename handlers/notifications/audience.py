"""The people of each audience: staff from the town's cached list, others from the database."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from handlers.notifications.push_rules import STAFF_TEMPLATE, Audience
from handlers.notifications.recipients import has_left, recipients_of, recipients_of_teams, voices
from handlers.town.town import Town
from handlers.world.rosters import reach_of
from handlers.world.staff import Colleague, Member
from models.base import Base
from models.deferred_inserts import AppendingSession, catch_up
from models.follower import Follower
from models.list_condition import one_of
from models.person import Person
from models.prepared_statements import Prepared
from models.push import Push
from models.ticket import Ticket

_PEOPLE = cast("Table", Person.__table__)
_WHO = (*(_PEOPLE.c[name] for name in ("id", "openid", "name", "team", "grid")), _PEOPLE.c.last_inbound_at)
_RESIDENTS = Prepared[Any](
    select(Follower.ticket_id, *_WHO)
    .join_from(Follower, _PEOPLE, Follower.person_id == _PEOPLE.c.id)
    .where(one_of(Follower.ticket_id, "tickets"))
)
_ONE = Prepared[Any](select(*_WHO).where(_PEOPLE.c.id == bindparam("person")))
_TOLD = select(Push.person_id).where(Push.ticket_id == bindparam("ticket"), Push.template == STAFF_TEMPLATE)
_PAGED = Prepared[Any](select(*_WHO).where(_PEOPLE.c.id.in_(_TOLD)))


def audience(
    session: Session, town: Town, ticket: Ticket, whom: Audience, now: datetime, teams: Sequence[str] = ()
) -> Sequence[Colleague]:
    """The people of this audience for this ticket."""
    if whom is Audience.RESIDENTS:
        return _residents(session, town, ticket)
    if whom is Audience.PAGED:
        return _read(session, town, _PAGED, {"ticket": ticket.id}, Push)
    if person := _alone(town, ticket, whom):
        return _read(session, town, _ONE, {"person": person})
    return _of_staff(town, ticket, whom, now, teams)


def _alone(town: Town, ticket: Ticket, whom: Audience) -> int | None:
    """The id of the one person of the audience; None if it is not a single person."""
    if whom is Audience.REPORTER:
        return ticket.reporter_id
    holds = whom in {Audience.ASSIGNEE, Audience.TEAM} and ticket.assignee_id and not has_left(town, ticket)
    return ticket.assignee_id if holds else None


def _of_staff(town: Town, ticket: Ticket, whom: Audience, now: datetime, teams: Sequence[str]) -> Sequence[Colleague]:
    match whom:
        case Audience.TEAM | Audience.ASSIGNEE:
            return recipients_of(town, ticket, now) if whom is Audience.TEAM or ticket.assignee_id else ()
        case Audience.CALLED:
            return recipients_of_teams(town, ticket, now, teams)
        case Audience.VOICES | Audience.COMMITTEES:
            return voices(town, ticket, of_compound=whom is Audience.COMMITTEES)
    return town.staff.overseeing(reach_of(ticket))


def read_residents(session: Session, town: Town, tickets: Sequence[int]) -> dict[int, list[Member]]:
    """Followers of several tickets by one statement; in a writing session they stay cached until it writes."""
    found: dict[int, list[Member]] = {ticket: [] for ticket in tickets}
    for ticket, *who in _RESIDENTS.rows(session, {"tickets": tickets}):
        found[ticket] += _members(town, [who])
    if isinstance(session, AppendingSession):
        session.read_ahead.update({(Audience.RESIDENTS, ticket): those for ticket, those in found.items()})
    return found


def _residents(session: Session, town: Town, ticket: Ticket) -> Sequence[Member]:
    catch_up(session, Person, Follower)
    ahead = session.read_ahead.get((Audience.RESIDENTS, ticket.id)) if isinstance(session, AppendingSession) else None
    return read_residents(session, town, [ticket.id])[ticket.id] if ahead is None else ahead


def _read(
    session: Session, town: Town, those: Prepared[Any], values: dict[str, int | None], *hangs_on: type[Base]
) -> list[Member]:
    catch_up(session, Person, *hangs_on)
    return _members(town, those.rows(session, values))


def _members(town: Town, rows: Iterable[Sequence[Any]]) -> list[Member]:
    return [
        Member(number, openid, name, team, grid, town.staff.roles_of(number), heard)
        for number, openid, name, team, grid, heard in rows
    ]
