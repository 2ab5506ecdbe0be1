"""What staff may not learn about, or do to, a complaint about themselves."""

from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.disclosure.policy import is_shut_out
from models.supporting_teams import Support
from models.ticket import Ticket


def withheld(context: Context, ticket: Ticket, command: Command) -> str:
    """The sentence that refuses this command on this ticket; "" if the person may give it."""
    if not command.shield or not is_shut_out(context.town, ticket, context.person):
        return ""
    if command.shield is Shield.IN_CHARGE and _is_in_charge(context, ticket):
        return ""
    return context.say(f"shielding.{command.shield}", number=ticket.number)


def _is_in_charge(context: Context, ticket: Ticket) -> bool:
    return ticket.team == context.person.team or any(_calls(each, context) for each in ticket.support)


def _calls(helper: Support, context: Context) -> bool:
    """The person's team was called by a whistle, so it may do its part."""
    return helper.is_call and helper.team == context.person.team
