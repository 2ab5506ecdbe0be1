"""Tickets without a team wait on the supervisors' desk."""

from sqlalchemy import ColumnElement

from handlers.tickets.access import overseen
from handlers.tickets.change import Change
from handlers.tickets.clocks import set_promise
from handlers.tickets.filing import dispatch, put_in_grid, route_it
from handlers.world.nodes import TeamNode
from models.person import Person
from models.prebuilt_conditions import kept
from models.status_moves import RECEIVE, SUPPLEMENT, Status
from models.ticket import SYSTEM, Actor, Ticket

WAITING = (Status.PENDING, Status.RECEIVED)


def take_from_desk(
    context: Change, ticket: Ticket, grid: str | None = None, by: Actor = SYSTEM, note: str = ""
) -> bool:
    """Route a waiting ticket again, when more is known about it. False: still no team serves it."""
    place = context.town.world.places.get(ticket.place_id) if ticket.place_id else None
    if not route_it(context, ticket, place, grid):
        return False
    _send_out(context, ticket, by, note)
    return True


def give_from_desk(context: Change, ticket: Ticket, team: TeamNode, grid: str, by: Actor, note: str) -> None:
    """Give a waiting ticket to the team that a supervisor named."""
    put_in_grid(context, ticket, grid)
    ticket.team, ticket.rule = team.code, note
    _send_out(context, ticket, by, note)


def _send_out(context: Change, ticket: Ticket, by: Actor, note: str) -> None:
    if ticket.status == Status.INCOMPLETE:
        ticket.apply(SUPPLEMENT, by=by, at=context.now, note=note)
    if ticket.status == Status.PENDING:
        ticket.apply(RECEIVE, by=by, at=context.now, note=note)
    set_promise(context, ticket, context.now)
    dispatch(
        context,
        ticket,
        by=by,
        note=note or context.town.say("history.by_rule", rule=ticket.rule),
        what="red_flag" if ticket.red_flag else "dispatch",
    )


def on_desk(person: Person) -> ColumnElement[bool]:
    """Tickets without a team, in this supervisor's area or without a grid."""
    return _unowned(overseen(person))


@kept
def _unowned(area: ColumnElement[bool]) -> ColumnElement[bool]:
    return (area | Ticket.grid.is_(None)) & Ticket.team.is_(None)
