"""重办: reopen a ticket that was resolved but not solved, for the whole event or for one resident."""

from datetime import timedelta

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick
from handlers.neighbours.votes import clear_votes, is_for_all, own_ticket
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import followed, overseen, overseer, resident
from handlers.tickets.clocks import set_promise
from handlers.tickets.escalation import escalate
from handlers.tickets.filing import watch
from handlers.tickets.staff_complaints import hear, rise
from models import status_moves
from models.follower import Follower
from models.person import Role
from models.status_moves import Status
from models.ticket import SYSTEM, Actor, Ticket

router = Router("reopening")
REOPENABLE = (Status.RESOLVED, Status.CLOSED)


REOPEN = Command(
    ("重办", "没解决", "未解决"),
    roles=frozenset((Role.RESIDENT,)),
    help="重办：办完了却没解决，可以要求重办",
    every_day=True,
)


@router.command(REOPEN)
def ask_reopen(context: Context) -> Reply:
    """Reopen a finished ticket that was not solved."""
    recently = Ticket.ended_at.is_(None) | (Ticket.ended_at >= context.now - reopen_time(context))
    reach = followed(context.person) | overseen(context.person)
    picked = pick(context, reach & recently, REOPENABLE, REOPEN)
    if isinstance(picked, Reply):
        return picked
    ticket, why = picked
    if not why:
        return ask_why(context, ticket)
    return not_solved_for(context, ticket, why)


@router.on(in_state(Asks.NOT_SOLVED_WHY))
def not_solved(context: Context) -> Reply | None:
    """The answer to what is still wrong becomes the reason of the 重办."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if ticket is None or Status(ticket.status) not in REOPENABLE:
        return None
    if context.understanding and context.understanding.red_flag:
        return None  # a danger is filed as a new report at once
    return not_solved_for(context, ticket, context.text)


def ask_why(context: Context, ticket: Ticket) -> Reply:
    """Ask what is still wrong; the answer becomes the reason."""
    what = context.town.catalogue.name(ticket.category, ticket.item)
    return Reply(
        context.say("progress.not_solved_why", number=ticket.number, what=what),
        Asks.NOT_SOLVED_WHY,
        {"ticket": ticket.id},
    )


def not_solved_for(context: Context, ticket: Ticket, why: str) -> Reply:
    """Reopen the whole event if enough neighbours say so, else file a ticket of their own.

    A supervisor who is not one of the event's residents reopens all of it.
    """
    waits = context.session.get(Follower, (ticket.id, context.person.id)) is not None
    if not waits and context.person.is_overseer:
        return reopen(context, ticket, why, overseer(context.person))
    if is_for_all(context, ticket, why):
        return reopen(context, ticket, why)
    return own_ticket(context, ticket, why)


def reopen(context: Context, ticket: Ticket, why: str, by: Actor | None = None) -> Reply:
    """重办: back to the team with new limits; the second time it is escalated."""
    hear(context, ticket, why)
    ticket.apply(status_moves.REOPEN, by=by or resident(context.person), at=context.now, note=why[:200])
    ticket.rating = None if by else 1  # a supervisor's finding is no resident's rating
    clear_votes(context.session, ticket)
    again = ticket.reopenings > 1
    if not (
        again and escalate(context, ticket, by=SYSTEM, reason=context.say("history.reopened_twice"), but=context.person)
    ):
        set_promise(context, ticket, context.now)
        watch(context, ticket)
    rise(context, ticket)
    notify(context.session, context.town, ticket, "reopen", context.now, but=context.person, reason=why)
    values = {
        "team": ticket_text.team_name(context.town, ticket.team),
        "due": ticket_text.moment(ticket.handle_by, context.now),
    }
    return Reply(context.say("progress.reopened", number=ticket.number, **values))


def reopen_time(context: Context) -> timedelta:
    """How long after its end a ticket can be reopened."""
    return timedelta(days=context.town.habits.reopen_days)
