"""撤回: residents withdraw a ticket, after a confirmation."""

from handlers.appointments.lifecycle import call_off
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state, intent
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick
from handlers.neighbours.event import leave
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import followed, has_own, own, resident
from handlers.tickets.filing import recent
from models import status_moves
from models.person import Role
from models.status_moves import Status
from models.ticket import Ticket
from nlp.answers.corrections import said_of_thing
from nlp.reading.understanding import Intent

router, answers = Router("withdrawing"), Router("withdrawing, answers")
_MOST = 8


WITHDRAW = Command(("撤回", "撤销"), roles=frozenset((Role.RESIDENT,)), help="撤回：不用办了，撤回诉求", every_day=True)


@router.on(intent(Intent.WITHDRAW))
@router.command(WITHDRAW)
def withdraw(context: Context) -> Reply | None:
    """Ask for confirmation, because withdrawn work stops at once."""
    if not context.rest and not has_own(context.session, context.person, status_moves.WITHDRAW.sources):
        return None
    if named := _named(context):
        return ask_sure(context, named)
    picked = pick(context, followed(context.person), tuple(status_moves.WITHDRAW.sources), WITHDRAW)
    if isinstance(picked, Reply):
        return picked
    return ask_sure(context, picked[0])


def _named(context: Context) -> Ticket | None:
    """「灯那个不用来了」: the one ticket that tells of this thing."""
    thing, _ = said_of_thing(context.text)
    mine = own(context.session, context.person, tuple(status_moves.WITHDRAW.sources), _MOST) if thing else []
    fitting = [ticket for ticket in mine if thing in ticket.text]
    return fitting[0] if len(fitting) == 1 else None


def ask_sure(context: Context, ticket: Ticket) -> Reply:
    line = ticket_text.line(context.town, ticket, context.now, context.person)
    return Reply(context.say("progress.withdraw_sure", line=line), Asks.WITHDRAW_SURE, {"ticket": ticket.id})


def just_reported(context: Context) -> Ticket | None:
    """The ticket that 「取消」 means without a draft: the one in question, or the one just filed."""
    asked = context.slots.get("ticket")
    ticket = context.session.get(Ticket, asked) if asked else recent(context, context.town.habits.recent_minutes)
    mine = ticket is not None and ticket.reporter_id == context.person.id
    return ticket if ticket and mine and Status(ticket.status) in status_moves.WITHDRAW.sources else None


@answers.on(in_state(Asks.WITHDRAW_SURE))
def withdraw_confirmed(context: Context) -> Reply | None:
    """1 withdraws the ticket, 2 keeps it."""
    number = context.number
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if number is None or ticket is None or Status(ticket.status) not in status_moves.WITHDRAW.sources:
        return None
    if number == 1:
        return Reply(context.say("progress.not_withdrawn", number=ticket.number))
    if leave(context, ticket):  # neighbours wait for it too, so this person only leaves it
        return Reply(context.say("joining.left", number=ticket.number, count=ticket.neighbours + 1))
    call_off(context, ticket)
    ticket.apply(status_moves.WITHDRAW, by=resident(context.person), at=context.now)
    notify(context.session, context.town, ticket, "withdraw", context.now, but=context.person)
    return Reply(context.say("progress.withdrawn", number=ticket.number))
