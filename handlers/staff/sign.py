"""接 到: staff sign for a ticket, and report that they have arrived."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import signed
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import MOST, which
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.notifications.recipients import has_left
from handlers.staff.commands import ARRIVE, HELD, SIGN, already, by_whistle, pick_or_ask
from handlers.tickets.access import actor
from models.deferred_inserts import catch_up
from models.prepared_statements import Prepared
from models.status_moves import ACCEPT, NOTE, REPORT_IN, Status
from models.ticket import Ticket, TicketEvent

router = Router("signing")


@router.command(SIGN)
def accept(context: Context) -> Reply:
    """Sign for a ticket; the resident is notified."""
    picked = pick_or_ask(context, (Status.DISPATCHED,), SIGN)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    if reply := by_whistle(context, ticket, SIGN):
        return reply
    if ticket.status == Status.WORKING and has_left(context.town, ticket):
        return _taken_over(context, ticket)
    if ticket.status != Status.DISPATCHED:
        return already(context, ticket)
    sign(context, ticket)
    team = _signed_as(context, ticket)
    notify(context.session, context.town, ticket, "accept", context.now, but=context.person, team=team)
    due = ticket_text.moment(ticket.handle_by, context.now)
    where = ticket_text.where_for(context.town, ticket, context.person)
    return Reply(context.say("working.accepted", number=ticket.number, where=where, due=due))


def _signed_as(context: Context, ticket: Ticket) -> str:
    """The signer's team, which may be a helping team."""
    helping = {helper.team for helper in ticket.support if helper.helps}
    return ticket_text.team_name(context.town, context.person.team if context.person.team in helping else ticket.team)


def _taken_over(context: Context, ticket: Ticket) -> Reply:
    """Take over from an assignee who has left; the clocks are unchanged."""
    ticket.assignee_id = context.person.id
    ticket.apply(NOTE, by=actor(context.person, ticket), at=context.now, note=context.say("history.taken_over"))
    due, where = (
        ticket_text.moment(ticket.handle_by, context.now),
        ticket_text.where_for(context.town, ticket, context.person),
    )
    return Reply(context.say("working.taken_over", number=ticket.number, where=where, due=due))


@router.command(ARRIVE)
def arrive(context: Context) -> Reply | None:
    """Store the arrival; for a team called by a whistle it is the 报到. 「到 DS-1」 names a patrol point instead."""
    first = context.rest[:1]
    return None if first.isascii() and first.isalpha() else _arrived(context)


def _arrived(context: Context) -> Reply:
    """Arriving also signs."""
    picked = pick_or_ask(context, HELD, ARRIVE)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    if reply := by_whistle(context, ticket, ARRIVE):
        return reply
    if Status(ticket.status) not in REPORT_IN.sources:
        return already(context, ticket)
    if not context.rest and ticket.status == Status.DISPATCHED and (others := _on_the_way(context)):
        return which(context, [ticket, *others], "", ARRIVE)
    if ticket.status == Status.DISPATCHED and ticket.team == context.person.team:
        sign(context, ticket)
    if _has_arrived(context, ticket):
        return Reply(context.say("working.arrived_already", number=ticket.number))
    ticket.apply(REPORT_IN, by=actor(context.person, ticket), at=context.now)
    for helper in ticket.support:
        if helper.team == context.person.team and helper.reported_at is None and not helper.is_call:
            helper.reported_at = context.now
    notify(context.session, context.town, ticket, "report_in", context.now, but=context.person)
    return Reply(context.say("working.arrived", number=ticket.number))


def _on_the_way(context: Context) -> list[Ticket]:
    """Tickets signed for but not arrived at; 「到」 more likely means one of these than a new push."""
    return [ticket for ticket in signed(context) if not _has_arrived(context, ticket)][: MOST - 1]


def _has_arrived(context: Context, ticket: Ticket) -> bool:
    catch_up(context.session, TicketEvent)
    latest = _ARRIVED.scalar(context.session, {"ticket": ticket.id, "person": context.person.id})
    return bool(latest and ticket.accepted_at and latest >= ticket.accepted_at)


_ARRIVED = Prepared[tuple[datetime | None]](
    select(func.max(TicketEvent.at)).where(
        TicketEvent.ticket_id == bindparam("ticket"),
        TicketEvent.move == REPORT_IN.name,
        TicketEvent.by_person == bindparam("person"),
    )
)


def sign(context: Context, ticket: Ticket) -> None:
    """签收: make the person the assignee."""
    ticket.apply(ACCEPT, by=actor(context.person, ticket), at=context.now)
    ticket.assignee_id = context.person.id
