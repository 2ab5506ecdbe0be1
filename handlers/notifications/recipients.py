"""Which members of a team are notified: those on duty, or on call for a danger; one first if the town says so."""

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
from models.deferred_inserts import append
from models.grid import Level, Team
from models.person import STAFF, Person, Role
from models.push import Timer
from models.status_condition import stands
from models.status_moves import OPEN, Status
from models.ticket import Ticket

PROPOSAL = "proposal"


def recipients_of(town: Town, ticket: Ticket, now: datetime) -> list[Colleague]:
    """Recipients for a ticket without an assignee: the team in charge first, then the helping teams."""
    teams = [code for code in (ticket.team, *(helper.team for helper in ticket.support if helper.helps)) if code]
    there = dict(_at_hand(town, ticket, now, teams))
    told: list[Colleague] = []
    for team in teams:
        first = _first_asked(town, ticket, now) if team == ticket.team else None
        told += [first] if first else _reached(town, ticket, team, there[team])
    return list(dict.fromkeys(told))


def has_left(town: Town, ticket: Ticket) -> bool:
    """The assignee has no post any more, or one in another team, so the others have to act."""
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
    """Representatives of the ticket's building, or of its compound.

    They are not told of complaints about staff, nor of their own reports.
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
    """Members on duty who can be pushed to; if none, the whole team, and for a danger the level above too."""
    reachable = [present.person for present in there if present.person.openid]
    if reachable:
        return reachable
    everybody: list[Colleague] = [*town.staff.members([team], reach_of(ticket))]
    if ticket.red_flag and team == ticket.team:
        above = level_above(town.world, ticket.grid, Level(ticket.level), team)
        everybody += town.staff.members([above.team.code], reach_of(ticket)) if above else []
    return everybody


def _first_asked(town: Town, ticket: Ticket, now: datetime) -> Colleague | None:
    """The one member who is asked alone, until `proposed_until`."""
    alone = ticket.status == Status.DISPATCHED and ticket.proposed_until and now < ticket.proposed_until
    return town.staff.people.get(ticket.proposed_id) if alone and ticket.proposed_id else None


def how_assigned(town: Town, ticket: Ticket) -> Assign:
    """How a member is chosen: by the routing rule, else by the team's kind; a danger goes to everyone."""
    team = town.world.teams.get(ticket.team or "")
    if team is None or ticket.red_flag:
        return Assign.EVERYONE
    rule = town.routing.by_name.get(ticket.rule)
    return (rule and rule.assign) or town.routing.within_kind(team.kind)


def propose(session: Session, town: Town, ticket: Ticket, now: datetime) -> None:
    """Choose the member who is asked first, until half the time to sign is over; others may still sign."""
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
    """The next member of those on duty; None if there is nobody, or if everybody is asked."""
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
    """Round robin: the member asked longest ago, read from the tickets themselves."""
    last = _last_asked(session, there)
    return min((present.person for present in there), key=lambda each: (last[each.id], each.id))


def _last_asked(session: Session, there: Sequence[Present]) -> dict[int, int]:
    """Id of the latest ticket proposed to each, 0 for none; one index look-up a person."""
    latest = select(func.max(Ticket.id)).where(Ticket.proposed_id == Person.id).correlate(Person).scalar_subquery()
    ids = [present.person.id for present in there]
    return {person: last or 0 for person, last in session.execute(select(Person.id, latest).where(Person.id.in_(ids)))}


def _steward(ticket: Ticket, there: Sequence[Present]) -> Colleague | None:
    """The member whose post is the ticket's grid, or their stand-in; else that of the community."""
    for grid in (ticket.grid, ticket.community):
        for present in there:
            if grid and present.post.grid == grid:
                return present.person
    return None


def _halfway(town: Town, now: datetime, accept_by: datetime) -> datetime:
    """The moment when half of the remaining working time is over, so that colleagues aren't asked at night."""
    worked = town.calendar.worked(now, accept_by)
    return town.calendar.add(now, worked / 2) if worked > timedelta(minutes=2) else now + (accept_by - now) / 2


def _one_after_another(session: Session, team: str) -> None:
    """Lock the team's row: two tickets proposed at the same time must not both go to the same person."""
    session.execute(select(Team.code).where(Team.code == team).with_for_update(key_share=True))
