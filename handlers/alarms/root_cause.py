"""「根治 单号」: file one ticket for the cause of a recurring problem, linked with the earlier tickets."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from handlers.alarms.rules import CHRONIC_DAYS
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.notifications import ticket_text
from handlers.tickets.access import overseen, overseer
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file
from models.person import OVERSEERS
from models.status_moves import NOTE
from models.ticket import Source, Ticket, not_ended

router = Router("root cause")
_FEWEST = 2
_LONG_AGO = 2 * CHRONIC_DAYS
_OPENING = 3
"""Characters"""

ROOT_CAUSE = Command(
    ("根治",), roles=OVERSEERS, help="根治 工单号：同一处反复出的事，立一张根治单，和以前几张连起来", wants_words=False
)


@router.command(ROOT_CAUSE)
def file_cause(context: Context) -> Reply:
    """File the ticket. Earlier tickets stay unchanged but get a note with its number."""
    picked = pick(context, overseen(context.person), (), ROOT_CAUSE)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    earlier = _same_trouble(context, ticket)
    if len(earlier) < _FEWEST:
        return Reply(context.say("alarms.only_once", number=ticket.number), keep=True)
    if already := _under_way(context, ticket):
        return Reply(context.say("alarms.there_already", number=already.number), keep=True)
    cause = file(context, _draft(context, ticket, earlier), context.person)
    numbers = "、".join(each.number or "" for each in earlier)
    cause.apply(NOTE, by=overseer(context.person), at=context.now, note=context.say("history.causes", numbers=numbers))
    for each in earlier:
        note = context.say("history.cause", number=cause.number)
        each.apply(NOTE, by=overseer(context.person), at=context.now, note=note)
    team = ticket_text.team_name(context.town, cause.team)
    return Reply(context.say("alarms.cause_filed", number=cause.number, team=team, count=len(earlier)))


def _same_trouble(context: Context, ticket: Ticket) -> list[Ticket]:
    """Tickets of the same building and sub-item, the oldest first."""
    since = Ticket.created_at > context.now - timedelta(days=_LONG_AGO)
    found = select(Ticket).where(_same_house(ticket), since, overseen(context.person)).order_by(Ticket.id)
    return list(context.session.scalars(found))


def _same_house(ticket: Ticket) -> ColumnElement[bool]:
    house = (Ticket.place_id == ticket.place_id) & (Ticket.building == ticket.building)
    return house & (Ticket.category == ticket.category) & (Ticket.item == ticket.item)


def _under_way(context: Context, ticket: Ticket) -> Ticket | None:
    """An open 根治 ticket for the same problem, recognised by how its text begins."""
    opening = context.say("alarms.cause_text", where="", what="", numbers="")[:_OPENING]
    mine = _same_house(ticket) & not_ended() & Ticket.text.startswith(opening, autoescape=True)
    return context.session.scalar(select(Ticket).where(mine).limit(1))


def _draft(context: Context, ticket: Ticket, earlier: Sequence[Ticket]) -> Draft:
    where = ticket_text.address(ticket.place_name, ticket.building, "", "")
    what = context.town.catalogue.name(ticket.category, ticket.item)
    numbers = "、".join(each.number or "" for each in earlier)
    return Draft(
        context.say("alarms.cause_text", where=where, what=what, numbers=numbers),
        category=ticket.category,
        item=ticket.item,
        place_id=ticket.place_id,
        place_name=ticket.place_name,
        building=ticket.building,
        source=Source.PATROL.value,
        shut_out=tuple(filter(None, (ticket.shut_out or "").split(";"))),
        alone=True,
    )
