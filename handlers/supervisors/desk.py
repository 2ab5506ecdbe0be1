"""The desk: tickets that no rule could route wait here for a supervisor, who says 「派 NUMBER 地点」."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.notifications.pushes import notify
from handlers.tickets.access import overseer
from handlers.tickets.desk import WAITING, on_desk, take_from_desk
from handlers.town.privacy import for_staff
from models.moves import Status
from models.person import OVERSEERS
from models.ticket import Ticket

router = Router("desk")
_TO_SEND = (*WAITING, Status.INCOMPLETE)
"""A supervisor may know the place that a resident hasn't told"""


DISPATCH = Command(
    ("派", "派单"), roles=OVERSEERS, help="派 工单号 小区或网格：给没有归属的工单找承办单位", every_day=True
)


@router.command(DISPATCH)
def send(context: Context) -> Reply:
    """A supervisor names the place or the grid of a ticket that waits."""
    picked = pick(context, on_desk(context.person), _TO_SEND, DISPATCH)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if not words:
        return Reply(context.say("desk.where_to", number=ticket.number, text=for_staff(ticket.text)[:60]))
    grid = _grid_meant(context, ticket, words)
    if grid is None or not take_from_desk(
        context, ticket, grid, overseer(context.person), context.say("history.sent_by_hand", words=words)
    ):
        return Reply(context.say("desk.unknown_place", words=words))
    notify(context.session, context.town, ticket, "taken", context.now, but=context.person)
    return Reply(context.say("desk.sent", number=ticket.number, team=context.town.world.teams[ticket.team or ""].name))


def _grid_meant(context: Context, ticket: Ticket, words: str) -> str | None:
    world = context.town.world
    if node := world.grid_named(words):
        return node.code
    names = {words, *(hit.canonical for hit in world.gazetteer.find(words))}
    places = [place for name in names for place in world.places_named(name)]
    if len(places) != 1:
        return None
    ticket.place_id, ticket.place_name = places[0].id, places[0].name
    return places[0].grid_of(ticket.building)
