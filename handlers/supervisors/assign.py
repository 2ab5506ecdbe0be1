"""The desk: a supervisor routes tickets that no rule could, by 「派 号 地点」 or 「派 号 单位」."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import Picked, pick, split_reference
from handlers.disclosure.policy import passing
from handlers.notifications.pushes import notify
from handlers.staff.commands import HELD
from handlers.staff.hand_on import reassign
from handlers.staff.hand_on_several import asked_first
from handlers.tickets.access import overseen, overseer
from handlers.tickets.unrouted import WAITING, give_from_desk, on_desk, take_from_desk
from models.person import OVERSEERS
from models.status_moves import Status
from models.ticket import Ticket

router = Router("desk")
_TO_SEND = (*WAITING, Status.INCOMPLETE)
"""Also incomplete ones: a supervisor may know the missing place"""


DISPATCH = Command(("派", "派单"), roles=OVERSEERS, help="派 工单号 小区、网格或单位：给工单找承办单位", every_day=True)


@router.command(DISPATCH)
def send(context: Context) -> Reply:
    """Route a waiting ticket by the place, grid or team named; a ticket with a team goes to another team."""
    if reply := asked_first(context, DISPATCH):
        return reply
    picked = _picked(context)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if not words:
        text = passing(context.town, ticket, context.person).words(ticket.text)[:60]
        return Reply(context.say("desk.where_to", number=ticket.number, text=text))
    if ticket.team:
        return reassign(context, ticket, words)
    if not _taken(context, ticket, words):
        return Reply(context.say("desk.unknown_place", words=words))
    notify(context.session, context.town, ticket, "taken", context.now, but=context.person)
    return Reply(context.say("desk.sent", number=ticket.number, team=context.town.world.teams[ticket.team or ""].name))


def _picked(context: Context) -> Picked:
    """A ticket that waits for a team; by number, also one that already has a team."""
    if not split_reference(context.rest)[0]:
        return pick(context, on_desk(context.person), _TO_SEND, DISPATCH)
    return pick(context, on_desk(context.person) | overseen(context.person), (*_TO_SEND, *HELD), DISPATCH)


def _taken(context: Context, ticket: Ticket, words: str) -> bool:
    by, note = overseer(context.person), context.say("history.sent_by_hand", words=words)
    grid = _grid_meant(context, ticket, words)
    if grid:
        return take_from_desk(context, ticket, grid, by, note)
    grid = ticket.grid or context.person.grid
    team = context.town.world.team_named(words.split(maxsplit=1)[0], grid)
    if team is None or grid is None:
        return False
    give_from_desk(context, ticket, team, grid, by, note)
    return True


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
