"""待办: what waits for somebody's team, the most urgent first."""

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import to_choose
from handlers.figures.counts import most_urgent_first, still_open
from handlers.notifications import ticket_text
from handlers.staff.view import VIEW
from handlers.tickets.access import called, worked
from handlers.tickets.scope import first_of_open
from models.person import STAFF
from models.ticket import Ticket

router = Router("todo")
_SHOWN = 10
"""As many as a reply holds"""


TODO = Command(("待办", "我的待办"), roles=STAFF, help="待办：我手上的工单", every_day=True)


@router.command(TODO)
def todo(context: Context) -> Reply:
    """What waits for this person's team, the most urgent first."""
    mine = worked(context.person) | called(context.person, share_open=True)
    first, count = first_of_open(context.session, mine, still_open(), most_urgent_first(context.now), _SHOWN)
    if not count:
        return Reply(context.say("working.nothing_to_do"), keep=True)
    lines = numbered([_todo_line(context, ticket) for ticket in first])
    more = context.say("working.and_more", count=count - _SHOWN) if count > _SHOWN else ""
    return Reply(context.say("working.todo", count=count, lines=lines, more=more), Asks.CHOICE, to_choose(VIEW, first))


def _todo_line(context: Context, ticket: Ticket) -> str:
    line, due = ticket_text.line(context.town, ticket, context.now), ticket_text.due(ticket)
    if due is None:
        return line
    if due < context.now:
        return f"{line} {context.say('working.todo_late', since=ticket_text.lasting(context.now - due))}"
    return f"{line} {context.say('working.todo_until', due=ticket_text.moment(due, context.now))}"
