"""Whom of a team a ticket is told to: those on duty, on call for danger; one of them first where the town says so."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from handlers.notifications.night import begins_for, rings
from handlers.town.routing import Assign, level_above
from handlers.town.town import Town
from handlers.world.representatives import voice_of
from handlers.world.rosters import Present, at_hand, reach_of
from handlers.world.staff import Colleague
from models.appending import append
from models.grid import Level, Team
from models.moves import OPEN, Status
from models.person import STAFF, Person, Role
from models.push import Timer
from models.status_condition import stands
from models.ticket import Ticket

PROPOSAL = "proposal"


def recipients_of(town: Town, ticket: Ticket, now: datetime) -> list[Colleague]:
    """Everybody who hears of a ticket that nobody holds: its team in charge first, then those that help."""
    teams = [code for code in (ticket.team, *(helper.team for helper in ticket.support if helper.helps)) if code]
    there = dict(_at_hand(town, ticket, now, teams))
    told: list[Colleague] = []
    for team in teams:
        first = _first_asked(town, ticket, now) if team == ticket.team else None
        told += [first] if first else _reached(town, ticket, team, there[team])
    return list(dict.fromkeys(told))


def has_left(town: Town, ticket: Ticket) -> bool:
    """The person who signed has no post any more, or one in another company: the others have to act."""
    if ticket.assignee_id is None:
        return False
    member = town.staff.people.get(ticket.assignee_id)
    if member is None or not member.roles & STAFF:
        return True
    at_it = {ticket.team, ticket.first_team, *(helper.team for helper in ticket.support)}
    return Role.GRID_STAFF not in member.roles and member.team not in at_it


def recipients_of_teams(town: Town, ticket: Ticket, now: datetime, teams: Sequence[str]) -> list[Colleague]:
    """Members on duty of teams called by a whistle, and their own supervisors (their leaders)."""
    there = dict(_at_hand(town, ticket, now, teams))
    told = [person for team in teams for person in _reached(town, ticket, team, there[team])]
    return [*told, *town.staff.leaders(teams)]


def voices(town: Town, ticket: Ticket, *, of_compound: bool) -> list[Colleague]:
    """Who speaks for the ticket's house, or its compound. Of a complaint about people who work here they hear nothing,
    nor of what they reported themselves.
    """
    if not town.staff.voices or ticket.place_id is None or ticket.shut_out or not town.practices.voices.enabled:
        return []
    code = town.world.heads.get((ticket.place_id, ticket.building))
    found: list[Colleague] = [*town.staff.voices.get(code or "", ())]
    if of_compound:
        members = [each for group in town.staff.voices.values() for each in group if each.team]
        told = ((each, voice_of(town.world, each)) for each in members)
        found = [each for each, voice in told if voice and voice.reaches(ticket.place_id, ticket.building)]
    return [each for each in found if each.id != ticket.reporter_id]


def _at_hand(town: Town, ticket: Ticket, now: datetime, teams: Sequence[str]) -> Iterator[tuple[str, list[Present]]]:
    return at_hand(town.staff, ticket, now, teams, town.calendar.works_on, rings=rings(town, ticket, now))


def _reached(town: Town, ticket: Ticket, team: str, there: Sequence[Present]) -> list[Colleague]:
    """Members on duty who can be reached; where there are none, the whole team; for danger the level above too."""
    reachable = [present.person for present in there if present.person.openid]
    if reachable:
        return reachable
    everybody: list[Colleague] = [*town.staff.members([team], reach_of(ticket))]
    if ticket.red_flag and team == ticket.team:
        above = level_above(town.world, ticket.grid, Level(ticket.level), team)
        everybody += town.staff.members([above.team.code], reach_of(ticket)) if above else []
    return everybody


def _first_asked(town: Town, ticket: Ticket, now: datetime) -> Colleague | None:
    """The one who alone is asked, as long as that holds."""
    alone = ticket.status == Status.DISPATCHED and ticket.proposed_until and now < ticket.proposed_until
    return town.staff.people.get(ticket.proposed_id) if alone and ticket.proposed_id else None


def how_assigned(town: Town, ticket: Ticket) -> Assign:
    """The rule's way of choosing within the team, else the team's kind's; danger is everybody's."""
    team = town.world.teams.get(ticket.team or "")
    if team is None or ticket.red_flag:
        return Assign.EVERYONE
    rule = next((rule for rule in town.routing.rules if rule.name == ticket.rule), None)
    return (rule and rule.assign) or town.routing.within_kind(team.kind)


def propose(session: Session, town: Town, ticket: Ticket, now: datetime) -> None:
    """Choose who of the team is asked first, until half the time to sign is over; others may sign all the while."""
    ticket.proposed_id = ticket.proposed_until = None
    how = how_assigned(town, ticket)
    if how is Assign.EVERYONE or not ticket.team or not ticket.accept_by or ticket.accept_by <= now:
        return
    _one_after_another(session, ticket.team)
    chosen = chosen_of(session, town, ticket, now, how)
    if chosen is None:
        return
    halfway = _halfway(town, begins_for(town, ticket, now), ticket.accept_by)
    ticket.proposed_id, ticket.proposed_until = chosen.id, halfway
    key = f"{ticket.id}:{PROPOSAL}:{ticket.proposed_until.timestamp():.0f}"
    append(session, Timer, key=key, kind=PROPOSAL, ticket_id=ticket.id, due_at=ticket.proposed_until, created_at=now)


def chosen_of(session: Session, town: Town, ticket: Ticket, now: datetime, how: Assign) -> Colleague | None:
    """Who of those there is next; None where there is nobody to choose from, or everybody is asked."""
    if how is Assign.EVERYONE or not ticket.team:
        return None
    ((_, there),) = _at_hand(town, ticket, now, [ticket.team])
    there = [present for present in there if present.person.openid]
    if not there:
        return None
    match how:
        case Assign.LEAST_LOADED:
            return _least_loaded(session, there)
        case Assign.ROUND_ROBIN:
            return _longest_unasked(session, there)
    return _steward(ticket, there)


def _least_loaded(session: Session, there: Sequence[Present]) -> Colleague:
    """Fewest open tickets signed or proposed; among equals the one asked longest ago."""
    last = _last_asked(session, there)
    held = or_(Ticket.assignee_id == Person.id, Ticket.assignee_id.is_(None) & (Ticket.proposed_id == Person.id))
    still_open = stands(OPEN)
    load = select(func.count()).select_from(Ticket).where(held, still_open).correlate(Person).scalar_subquery()
    ids = [present.person.id for present in there]
    loads = {row[0]: row[1] for row in session.execute(select(Person.id, load).where(Person.id.in_(ids)))}
    return min((present.person for present in there), key=lambda each: (loads[each.id], last[each.id], each.id))


def _longest_unasked(session: Session, there: Sequence[Present]) -> Colleague:
    """Round robin without a memory of its own: the tickets know who was asked last."""
    last = _last_asked(session, there)
    return min((present.person for present in there), key=lambda each: (last[each.id], each.id))


def _last_asked(session: Session, there: Sequence[Present]) -> dict[int, int]:
    """The latest ticket proposed to each, 0 for none: one look into the index a person."""
    latest = select(func.max(Ticket.id)).where(Ticket.proposed_id == Person.id).correlate(Person).scalar_subquery()
    ids = [present.person.id for present in there]
    return {person: last or 0 for person, last in session.execute(select(Person.id, latest).where(Person.id.in_(ids)))}


def _steward(ticket: Ticket, there: Sequence[Present]) -> Colleague | None:
    """Who looks after the ticket's grid, or their stand-ins; else the community's."""
    for grid in (ticket.grid, ticket.community):
        for present in there:
            if grid and present.post.grid == grid:
                return present.person
    return None


def _halfway(town: Town, now: datetime, accept_by: datetime) -> datetime:
    """Half of the working time that is left, so that colleagues aren't asked in the night."""
    worked = town.calendar.worked(now, accept_by)
    return town.calendar.add(now, worked / 2) if worked > timedelta(minutes=2) else now + (accept_by - now) / 2


def _one_after_another(session: Session, team: str) -> None:
    """Two tickets of one team are proposed one after the other, so that they don't both go to the same person."""
    session.execute(select(Team.code).where(Team.code == team).with_for_update(key_share=True))
