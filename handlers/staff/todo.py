"""待办: the team's open tickets, the most urgent first."""

from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, select

from handlers.appointments.lifecycle import shown, standing_of
from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import to_choose
from handlers.figures.counts import MOST_URGENT_FIRST, still_open
from handlers.notifications import ticket_text
from handlers.staff.view import VIEW
from handlers.tickets.access import called, worked
from handlers.tickets.scope import FirstOf, first_of_open
from models.list_condition import one_of
from models.person import STAFF
from models.supporting_teams import Support
from models.ticket import Ticket

router = Router("todo")
_SHOWN = 10
"""Most tickets in a reply"""
_SHARES = select(Support.ticket_id).where(
    Support.team == bindparam("team"),
    one_of(Support.ticket_id, "tickets"),
    Support.finished_at.is_(None),
    Support.released_at.is_(None),
)
_FIRST = FirstOf(still_open(), MOST_URGENT_FIRST)


TODO = Command(("待办", "我的待办"), roles=STAFF, help="待办：我手上的工单", every_day=True)


@router.command(TODO)
def todo(context: Context) -> Reply:
    """List the open tickets of the person's team, the most urgent first."""
    mine = worked(context.person) | called(context.person, share_open=True)
    first, count = first_of_open(context.session, mine, _FIRST, context.now, _SHOWN)
    if not count:
        return Reply(context.say("working.nothing_to_do"), keep=True)
    helped, visits = _helped(context, first), standing_of(context, first)
    said = (
        (_part(context, ticket, helped), _todo_line(context, ticket), shown(context, visits.get(ticket.id)))
        for ticket in first
    )
    lines = numbered([" ".join(filter(None, each)) for each in said])
    more = context.say("working.and_more", count=count - _SHOWN) if count > _SHOWN else ""
    return Reply(context.say("working.todo", count=count, lines=lines, more=more), Asks.CHOICE, to_choose(VIEW, first))


def _todo_line(context: Context, ticket: Ticket) -> str:
    line, due = ticket_text.line(context.town, ticket, context.now, context.person), ticket_text.due(ticket)
    if due is None:
        return line
    if due < context.now:
        return f"{line} {context.say('working.todo_late', since=ticket_text.lasting(context.now - due))}"
    return f"{line} {context.say('working.todo_until', due=ticket_text.moment(due, context.now))}"


def _part(context: Context, ticket: Ticket, helped: Collection[int]) -> str:
    """主办 or 协办; "" for grid staff who only oversee the ticket."""
    if ticket.team == context.person.team:
        return context.say("working.todo_lead")
    return context.say("working.todo_help") if ticket.id in helped else ""


def _helped(context: Context, among: Iterable[Ticket]) -> Collection[int]:
    """Ids of the tickets in which the person's team still has a part to do."""
    values = {"team": context.person.team, "tickets": [ticket.id for ticket in among]}
    return set(context.session.scalars(_SHARES, values))
