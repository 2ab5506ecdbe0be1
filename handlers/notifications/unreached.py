"""If a danger push can't reach a person, a colleague is told instead, and supervisors learn who was not reached."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.notifications.push_rules import DANGERS, INSTEAD, UNREACHED
from handlers.notifications.pushes import may_hear, notify
from handlers.town.routing import level_above
from handlers.town.town import Town
from handlers.world.rosters import reach_of
from handlers.world.staff import Member
from models.grid import Level
from models.person import Person
from models.push import Push
from models.status_moves import NOTE
from models.ticket import SYSTEM, Ticket


def not_reached(session: Session, town: Town, push: Push, why: str, now: datetime) -> None:
    """Handle a push that did not arrive. If the colleague can't be reached either, the next one is told."""
    push.unreached_at = now
    ticket = session.get(Ticket, push.ticket_id) if push.ticket_id else None
    if ticket is None or push.event == UNREACHED:
        return
    instead = _next(session, town, ticket, town.staff.people.get(push.person_id))
    who = _name(town, push.person_id)
    told = town.say("push.told_instead", name=_name(town, instead.id)) if instead else ""
    note = town.say("history.danger_not_told", who=who, why=why, instead=told)
    ticket.apply(NOTE, by=SYSTEM, at=now, note=note)
    notify(session, town, ticket, INSTEAD, now, named=[instead] if instead else [])
    notify(session, town, ticket, UNREACHED, now, who=who, why=why, instead=told)


def _next(session: Session, town: Town, ticket: Ticket, missed: Member | None) -> Member | None:
    """The colleague to tell: own team first, then the other teams, then the level above; last to write comes first."""
    told = set(session.scalars(select(Push.person_id).where(Push.ticket_id == ticket.id, Push.event.in_(DANGERS))))
    return next(iter(_likeliest_first(session, _others(town, ticket, missed, told))), None)


def _others(town: Town, ticket: Ticket, missed: Member | None, told: Collection[int]) -> list[Member]:
    helpers = (helper.team for helper in ticket.support if helper.helps)
    above = level_above(town.world, ticket.grid, Level(ticket.level), ticket.team) if ticket.team else None
    codes = [missed.team if missed else None, ticket.team, *helpers, above.team.code if above else None]
    reach = reach_of(ticket)
    found = [member for code in dict.fromkeys(codes) if code for member in town.staff.members([code], reach)]
    return [member for member in found if member.id not in told and may_hear(town, ticket, member)]


def _likeliest_first(session: Session, members: list[Member]) -> list[Member]:
    """Members in the order of their teams; those who don't follow the account can't be told and are left out."""
    following = Person.id.in_([each.id for each in members]) & Person.following & Person.openid.is_not(None)
    heard = dict(session.execute(select(Person.id, Person.last_inbound_at).where(following)).all())
    teams = list(dict.fromkeys(each.team for each in members))
    known = [each for each in members if each.id in heard]
    return sorted(known, key=lambda each: (teams.index(each.team), -_since(heard[each.id]), each.id))


def _since(at: datetime | None) -> float:
    return at.timestamp() if at else 0


def _name(town: Town, person: int) -> str:
    member = town.staff.people.get(person)
    return (member.name if member else "") or town.say("push.a_colleague")
