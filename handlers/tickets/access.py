"""Scopes: which tickets a person may see or move. Every handler selects tickets through these."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from handlers.tickets.by_number import named_in
from handlers.tickets.scope import NOTHING, Scope, TicketScope, Way, as_reach, newest_open
from handlers.world.staff import Colleague
from models.deferred_inserts import catch_up
from models.follower import Follower
from models.grid import Grid, Team, TeamKind
from models.list_condition import one_of
from models.person import STAFF, Person, Role
from models.prebuilt_conditions import kept
from models.prepared_statements import Prepared
from models.status_condition import stands
from models.status_moves import ENDED, Move, Status
from models.supporting_teams import Support, by_whistle
from models.ticket import Actor, IllegalMove, Source, Ticket, is_complaint, not_ended

_OF_LATE = 20_000
"""Tickets: what a town of half a million files in a week"""

# Most supervisors have a street, so that column is compared first.
_COLUMNS = (Ticket.street, Ticket.community, Ticket.grid, Ticket.county)


@kept
def within(grid: str | None) -> ColumnElement[bool]:
    """Tickets of a grid of any level and all below it. The ticket's own grid may be of a higher level."""
    return or_(*(column == grid for column in _COLUMNS)) if grid else false()


def overseen(person: Person) -> ColumnElement[bool]:
    """Tickets in a supervisor's area: those of their grid; all for an admin, or a supervisor without a grid."""
    if Role.ADMIN in person.roles:
        return true()
    if Role.SUPERVISOR not in person.roles:
        return false()
    return _overseen(person.team, person.grid)


@kept
def _overseen(team: str | None, grid: str | None) -> ColumnElement[bool]:
    """The tickets of an area, without complaints about this person's own team or level.

    Complaints have a small index; excluding them by id lets figures be counted from indexes alone.
    """
    area = within(grid) if grid else true()
    side = _side(team, grid)
    if side is None:
        return area
    about_them = select(Ticket.id).where(is_complaint(), Ticket.shut_out.contains(side))
    return area & Ticket.id.not_in(about_them)


def _side(team: str | None, grid: str | None) -> ColumnElement[str] | None:
    """The kind of the person's team, else the level of their grid; the SQL form of `disclosure.side_of`."""
    if team:
        return func.coalesce(select(Team.kind).where(Team.code == team).scalar_subquery(), "-")
    return func.coalesce(select(Grid.level).where(Grid.code == grid).scalar_subquery(), "-") if grid else None


@kept
def _theirs_to_know(team: str | None, grid: str | None) -> ColumnElement[bool]:
    side = _side(team, grid)
    told = or_(Ticket.shut_out.is_(None), Ticket.shut_out == "")
    return told if side is None else or_(told, ~Ticket.shut_out.contains(side))


def worked(person: Person) -> TicketScope:
    """Tickets that a member of staff may move: their team's (in charge or helping by rule), within their grid.

    Grid staff see their whole area; a department sees what it was given, wherever that is.
    """
    if not person.roles & STAFF:
        return NOTHING
    return _worked(person.team, person.grid, of_grid=Role.GRID_STAFF in person.roles)


@kept
def _worked(team: str | None, grid: str | None, *, of_grid: bool) -> TicketScope:
    of_team = as_reach(Ticket.team == team) | _helped(team, Support.ground == "") if team else NOTHING
    if of_grid:
        area = within(grid) & _theirs_to_know(team, grid)
        return of_team | (area & ~_is_department(team) if team else area)
    return of_team.narrowed(within(grid) | _is_department(team)) if grid and team else of_team


def reached(person: Person) -> TicketScope:
    """All tickets that a person may act on, as staff or as supervisor."""
    return worked(person) | overseen(person)


def called(person: Person, *, share_open: bool = False) -> TicketScope:
    """Tickets to which the person's team was called by a whistle: they may only report in and finish their part."""
    if not (person.roles & STAFF and person.team):
        return NOTHING
    return _called(person.team, person.grid, share_open=share_open)


@kept
def _called(team: str, grid: str | None, *, share_open: bool) -> TicketScope:
    there = [by_whistle(), Support.released_at.is_(None)]
    share = [Support.finished_at.is_(None)] if share_open else []
    calls = _helped(team, *there, *share)
    return calls.narrowed(within(grid) | _is_department(team)) if grid else calls


def _is_department(team: str) -> ColumnElement[bool]:
    kind = select(Team.kind).where(Team.code == team).scalar_subquery()
    return func.coalesce(kind, "") == TeamKind.DEPARTMENT.value


def _helped(team: str, *how: ColumnElement[bool]) -> TicketScope:
    """Tickets that a team helps with. The index way covers only help that has not ended, which stays a short list."""
    helps = and_(Support.team == team, *how)
    condition = exists().where(helps, Support.ticket_id == Ticket.id).correlate(Ticket)
    return TicketScope(condition, (Way(Support.ticket_id, helps & Support.ended_at.is_(None)),))


def followed(person: Person) -> ColumnElement[bool]:
    """A resident's own tickets: reported or joined."""
    return _followed_by(person.id)


def tickets(scope: Scope, statuses: Iterable[Status] = ()) -> Select[Ticket]:
    """Tickets in a scope, newest first."""
    return select(Ticket).where(scope, _in(tuple(statuses))).order_by(Ticket.id.desc())


@kept
def standing(scope: Scope, statuses: tuple[Status, ...]) -> Select[Ticket]:
    """Of the tickets with the bound `ids`, those in a scope and in these statuses; newest first."""
    return tickets(scope & one_of(Ticket.id, "ids"), statuses)


@kept
def _in(statuses: tuple[Status, ...]) -> ColumnElement[bool]:
    if not statuses:
        return true()
    inside = stands(statuses)
    return inside & not_ended() if ENDED.isdisjoint(statuses) else inside


def how_many(session: Session, found: Select[Ticket]) -> int:
    """The number of all matching tickets, of which a list shows only the first."""
    counting = found.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(counting) or 0


def listed(scope: ColumnElement[bool], order: Sequence[SQLColumnExpression[Any]], most: int) -> Select[Ticket]:
    """The first `most` tickets of a list that may be long.

    The ids are sorted first, in an index: sorting thousands of whole rows for eight of them costs fifty times more.
    """
    ids = select(Ticket.id).where(scope).order_by(*order).limit(most)
    return select(Ticket).where(Ticket.id.in_(ids)).order_by(*order)


def newest(session: Session, scope: Scope, statuses: Collection[Status], most: int) -> list[Ticket]:
    """At most `most` tickets in a scope, newest first.

    For staff, ended tickets are included only if the statuses name them, or if none is open.
    """
    open_ones = tuple(status for status in statuses or Status if status not in ENDED)
    found = session.scalars(newest_open(scope, _in(open_ones), most)).all() if open_ones else []
    if len(open_ones) == len(statuses) or (found and not statuses and isinstance(scope, TicketScope)):
        return list(found)
    ended = ENDED.intersection(statuses or ENDED)
    late = session.scalars(tickets(_of_late(session, scope), ended).limit(most))
    return sorted((*found, *late), key=lambda ticket: -ticket.id)[:most]


def _of_late(session: Session, scope: Scope) -> ColumnElement[bool]:
    """For staff, only recent tickets: older ones are opened by number, because a search would scan all years."""
    latest = session.scalar(select(func.max(Ticket.id))) or 0
    return scope & (Ticket.id > latest - _OF_LATE) if isinstance(scope, TicketScope) else scope


def own(session: Session, person: Person, statuses: Iterable[Status], most: int) -> list[Ticket]:
    """A resident's own tickets in these statuses, newest first. The statements are cached: this query is frequent."""
    if not has_own(session, person, statuses):
        return []  # most people have none, and this check costs a fifth of the query
    return list(session.scalars(_own(tuple(statuses), most), {"person": person.id}))


def has_own(session: Session, person: Person, statuses: Iterable[Status]) -> bool:
    """Whether the resident has a ticket in these statuses."""
    catch_up(session, Ticket, Follower)
    return bool(_any_own(tuple(statuses)).rows(session, {"person": person.id}))


@cache
def _any_own(statuses: tuple[Status, ...]) -> Prepared[tuple[int]]:
    return Prepared(_own(statuses, 1).with_only_columns(Ticket.id).order_by(None))


@cache
def _own(statuses: tuple[Status, ...], most: int) -> Select[Ticket]:
    return tickets(_followed_by(bindparam("person")), statuses).limit(most)


def _followed_by(person: int | BindParameter[int]) -> ColumnElement[bool]:
    return Ticket.id.in_(select(Follower.ticket_id).where(Follower.person_id == person))


def by_number(session: Session, scope: Scope, digits: str) -> list[Ticket]:
    """The ticket of this number, or the latest tickets whose number ends in these digits (three at least)."""
    found = named_in(session, scope, digits)
    if not found and 3 <= len(digits) < 11:
        ending = Ticket.id.in_(_latest_ids(session, digits)) & Ticket.number.endswith(digits, autoescape=True)
        found = list(session.scalars(tickets(scope & ending).limit(5)))
    return found


def _latest_ids(session: Session, digits: str) -> list[int]:
    """Ids whose number can end in these digits: a number ends in the last digits of its id, so no scan is needed."""
    step = 10 ** min(len(digits), 5)
    latest = session.scalar(select(func.max(Ticket.id))) or 0
    newest = latest - (latest - int(digits)) % step
    return list(range(newest, max(newest - 50 * step, 0), -step))


def actor(person: Colleague, ticket: Ticket) -> Actor:
    """The role in which staff act: for the property company if it has the ticket, else for the grid."""
    role = Role.GRID_STAFF if Role.GRID_STAFF in person.roles else Role.PROPERTY_STAFF
    if Role.PROPERTY_STAFF in person.roles and ticket.team == person.team:
        role = Role.PROPERTY_STAFF
    return Actor(role, person.id, person.name)


def overseer(person: Colleague) -> Actor:
    """A supervisor or admin acting as such."""
    role = Role.ADMIN if Role.ADMIN in person.roles else Role.SUPERVISOR
    return Actor(role, person.id, person.name)


def mover(person: Colleague, ticket: Ticket, move: Move) -> Actor | None:
    """The role in which staff or a supervisor may make this move; None if they may not."""
    roles = person.roles
    staff = [actor(person, ticket)] if roles & STAFF else []
    grid_staff = [Actor(Role.GRID_STAFF, person.id, person.name)] if Role.GRID_STAFF in roles else []
    overseers = [overseer(person)] if person.is_overseer else []
    return next((each for each in (*staff, *grid_staff, *overseers) if each.role in move.roles), None)


def acting(person: Person, ticket: Ticket, move: Move) -> Actor:
    """Like `mover`, for a person who should have the right. Raises IllegalMove if they have it no longer."""
    found = mover(person, ticket, move)
    if found is None:
        raise IllegalMove(move, Status(ticket.status), "in none of their roles")
    return found


def is_own_work(person: Person, ticket: Ticket) -> bool:
    """The handler of a ticket can't confirm that it is solved; nor can their team, if staff filed it."""
    same_team = person.team is not None and person.team == ticket.team
    return person.id == ticket.assignee_id or (same_team and ticket.source != Source.CHAT)


def resident(person: Person) -> Actor:
    """A person who acts on their own report, whatever other roles they have."""
    return Actor(Role.RESIDENT, person.id, person.name)
