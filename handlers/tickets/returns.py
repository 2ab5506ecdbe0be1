"""退单: who gets a returned ticket. First the next team of the routing rule; the second time, the community's own."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from handlers.disclosure.policy import shut_out
from handlers.notifications.pushes import notify
from handlers.tickets.change import Change
from handlers.tickets.clocks import restart_accept_clock, set_timer
from handlers.tickets.filing import give_to, watch
from handlers.town.able_teams import signers
from handlers.town.routing import Route, level_above, next_in_line, own_route
from models.grid import Level
from models.person import Person
from models.status_moves import DISPATCH, RETURN
from models.ticket import SYSTEM, Actor, Ticket, TicketEvent

MOST_RETURNS = 2
"""After the second return the arbiter has decided: the team works, hands on by name, or escalates"""


def hand_back(context: Change, ticket: Ticket, *, by: Person, acting: Actor, reason: str) -> Route | None:
    """Give a returned ticket to the next team; if there is none, a supervisor must decide.

    The promise to the resident is unchanged: a return gains no time.
    """
    ticket.apply(RETURN, by=acting, at=context.now, note=reason)
    taker = _taker(context, ticket)
    give_to(context, ticket, taker)
    restart_accept_clock(context, ticket)
    if taker:
        ticket.apply(DISPATCH, by=SYSTEM, at=context.now, note=taker.rule)
        watch(context, ticket)
    elif ticket.accept_by:
        set_timer(context, "desk_waits", ticket, ticket.accept_by)
    what = "return_" if taker else "return_unrouted"
    notify(context.session, context.town, ticket, what, context.now, but=by, reason=reason)
    return taker


def _taker(context: Change, ticket: Ticket) -> Route | None:
    world, out = context.town.world, shut_out(context.town, ticket)
    may_sign = signers(context.town, ticket.grid, context.now)
    if ticket.returns < MOST_RETURNS:
        had = {ticket.team, *_returned_by(context, ticket)}
        following = next_in_line(world, context.town.routing, ticket.rule, ticket.grid, had, out, may_sign)
        return following or _above(context, ticket)
    arbiter = own_route(world, ticket.grid, Level.COMMUNITY)
    if arbiter and arbiter.team.code != ticket.team and arbiter.team.kind not in out and may_sign(arbiter.team):
        return replace(arbiter, rule=context.town.say("history.rule_arbiter", team=arbiter.team.name))
    return _above(context, ticket)


def _above(context: Change, ticket: Ticket) -> Route | None:
    out, may_sign = shut_out(context.town, ticket), signers(context.town, ticket.grid, context.now)
    above = level_above(context.town.world, ticket.grid, Level(ticket.level), ticket.team, out, may_sign)
    return replace(above, rule=context.town.say("history.rule_above", team=above.team.name)) if above else None


def _returned_by(context: Change, ticket: Ticket) -> Iterable[str | None]:
    returns = (TicketEvent.ticket_id == ticket.id) & (TicketEvent.move == RETURN.name)
    return context.session.scalars(select(TicketEvent.team).where(returns))
