"""「解决了吗」 some days after a reception; an unsettled demand becomes a ticket."""

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.reception_days.receive import draft_of
from handlers.tickets.filing import file
from models.new_tickets import row_of
from models.reception import Demand, Reception

router = Router("after receptions")


@router.on(in_state(Asks.RECEPTION_SETTLED))
def answered(context: Context) -> Reply | None:
    """1: settled. 2: not settled; the demand is filed in the resident's words."""
    demand = context.session.get(Demand, context.slots["demand"])
    if (
        demand is None
        or demand.person_id != context.person.id
        or demand.confirmed is not None
        or context.number is None
    ):
        return None
    demand.confirmed = context.number == 0
    if demand.confirmed:
        return Reply(context.say("reception.confirmed"))
    reception = context.session.get_one(Reception, demand.reception_id)
    ticket = row_of(context.session, file(context, draft_of(context, reception, demand), context.person))
    demand.ticket_id = ticket.id
    return Reply(context.say("reception.filed_after", number=ticket.number))
