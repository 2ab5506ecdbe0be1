"""After a change of world or rules: which open tickets would get another route now, and rerouting them.

Only untouched tickets are rerouted: nobody has signed, returned, handed on or routed them by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from handlers.disclosure.policy import kinds_above
from handlers.notifications.pushes import notify
from handlers.tickets.clocks import restart_accept_clock
from handlers.tickets.filing import put_in_grid, watch
from handlers.tickets.unrouted import take_from_desk
from handlers.town.routing import Case, Route, choose
from handlers.town.town import Town
from models.person import Role
from models.status_moves import DISPATCH, NOTE, REASSIGN, RECEIVE, SUPERVISE, URGE, Status
from models.supporting_teams import Support, by_whistle
from models.ticket import SYSTEM, Ticket, TicketEvent, not_ended

_UNSIGNED = (Status.PENDING, Status.RECEIVED, Status.DISPATCHED)
_HARMLESS = (NOTE, URGE, SUPERVISE)
"""Moves by people that decide nothing about who does the work"""


@dataclass(frozen=True, slots=True)
class Rerouting:
    """The Change (session, town, time) of a rerouting."""

    session: Session
    town: Town
    now: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket that would get another route."""

    ticket_id: int
    number: str
    was_team: str | None
    was_grid: str | None
    team: str
    grid: str
    rule: str


def changes(session: Session, town: Town, scope: ColumnElement[bool]) -> Iterator[Change]:
    """The tickets that a rerouting would change, in the order of filing. Read-only."""
    for ticket in session.scalars(_untouched(scope)):
        route = _route_now(town, ticket)
        if route and (route.team.code, route.grid) != (ticket.team, ticket.grid):
            yield Change(
                ticket.id, ticket.number or "", ticket.team, ticket.grid, route.team.code, route.grid, route.rule
            )


def reroute(session: Session, town: Town, ticket_id: int, now: datetime) -> bool:
    """Reroute one ticket. False: it has been touched meanwhile, or its route is unchanged."""
    ticket = session.scalar(_untouched(Ticket.id == ticket_id))
    route = _route_now(town, ticket) if ticket else None
    if ticket is None or route is None or (route.team.code, route.grid) == (ticket.team, ticket.grid):
        return False
    change = Rerouting(session, town, now)
    if ticket.status != Status.DISPATCHED:
        return take_from_desk(change, ticket, route.grid, note=town.say("history.rerouted"))
    why = town.say("history.rerouted")
    put_in_grid(change, ticket, route.grid)
    ticket.team, ticket.rule, ticket.level = route.team.code, route.rule, route.level.value
    ticket.helped_by([team.code for team in route.support], now)
    ticket.apply(REASSIGN, by=SYSTEM, at=now, note=f"{why}：{route.rule}")
    restart_accept_clock(change, ticket)
    watch(change, ticket)
    notify(session, town, ticket, "reassign", now, reason=why)
    return True


def _untouched(scope: ColumnElement[bool]) -> Select[Ticket]:
    harmless = [move.name for move in _HARMLESS]
    by_hand = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.by_role != Role.SYSTEM.value,
        TicketEvent.move.not_in(harmless),
    )
    climbed = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.move.not_in([*harmless, RECEIVE.name, DISPATCH.name, REASSIGN.name]),
    )
    called = exists().where(Support.ticket_id == Ticket.id, by_whistle())
    unsigned = not_ended() & Ticket.status.in_([status.value for status in _UNSIGNED])
    return select(Ticket).where(scope, unsigned, ~by_hand, ~climbed, ~called).order_by(Ticket.id)


def _route_now(town: Town, ticket: Ticket) -> Route | None:
    """The route by the ticket's category and place now; if no grid is found, by its present grid."""
    world = town.world
    place = world.places.get(ticket.place_id) if ticket.place_id else None
    grid = place.grid_of(ticket.building) if place else None
    if grid is None and ticket.lat is not None and ticket.lng is not None:
        grid = world.grid_at(ticket.lat, ticket.lng)
    case = Case(ticket.category, ticket.item, ticket.urgent, bool(ticket.red_flag), place, ticket.source)
    case = replace(case, above=kinds_above(town, ticket))
    # Use the time of filing: rerouting at night must not apply night rules to tickets filed in the day.
    case = replace(case, working_time=town.calendar.is_working(ticket.created_at))
    route = choose(world, town.routing, case, grid or ticket.grid)
    return replace(route, rule=route.rule or ticket.rule) if route else None
