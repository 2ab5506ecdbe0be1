"""核实: a supervisor who did not do the work says whether it is done."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.push_questions import no_longer_asked
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import no_longer
from handlers.residents.reopen import REOPENABLE, reopen
from handlers.tickets.access import overseen, overseer, tickets
from models.status_moves import NOTE, Status
from models.ticket import Ticket

router = Router("checking")


@router.on(in_state(Asks.CHECK))
def checked(context: Context) -> Reply | None:
    """1: it is done. 2: it is not, and the ticket is reopened."""
    mine = overseen(context.person) & (Ticket.id == context.slots["ticket"])
    ticket = context.session.scalar(tickets(mine)) if context.number is not None else None
    if ticket is None or not context.person.is_overseer:
        return None
    if context.person.id == ticket.assignee_id or (context.person.team and context.person.team == ticket.team):
        return Reply(context.say("check.own_work", number=ticket.number), keep=True)
    no_longer_asked(context.session, Asks.CHECK, ticket.id)
    if context.number == 0:
        by = overseer(context.person)
        ticket.apply(NOTE, by=by, at=context.now, note=context.say("history.check_right"))
        return Reply(context.say("check.right", number=ticket.number))
    if Status(ticket.status) not in REOPENABLE:
        return no_longer(context, ticket)
    return reopen(context, ticket, context.say("history.check_wrong"), overseer(context.person))
