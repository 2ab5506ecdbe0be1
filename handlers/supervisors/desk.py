"""The desk: tickets that no rule could route wait here for a supervisor, who says 「派 NUMBER 地点」."""

from sqlalchemy import ColumnElement

from handlers.dialogue.router import Context, Reply, Router
from handlers.dialogue.which_ticket import pick
from handlers.notifications.pushes import tell
from handlers.tickets.access import overseen, overseer
from handlers.tickets.change import Occasion
from handlers.tickets.clocks import set_promise
from handlers.tickets.filing import dispatch, route_it
from handlers.town.privacy import for_staff
from models.moves import RECEIVE, SUPPLEMENT, Status
from models.person import OVERSEERS, Person
from models.ticket import SYSTEM, Actor, Ticket

router = Router("desk")
WAITING = (Status.PENDING, Status.RECEIVED)
_TO_SEND = (*WAITING, Status.INCOMPLETE)
"""A supervisor may know the place that a resident hasn't told"""


def take_from_desk(
    context: Occasion, ticket: Ticket, grid: str | None = None, by: Actor = SYSTEM, note: str = ""
) -> bool:
    """Route a waiting ticket anew, now that more is known of it. False: still nobody serves it."""
    place = context.town.world.places.get(ticket.place_id) if ticket.place_id else None
    if not route_it(context, ticket, place, grid):
        return False
    if ticket.status == Status.INCOMPLETE:
        ticket.apply(SUPPLEMENT, by=by, at=context.now, note=note)
    if ticket.status == Status.PENDING:
        ticket.apply(RECEIVE, by=by, at=context.now, note=note)
    set_promise(context, ticket, context.now)
    dispatch(
        context, ticket, by=by, note=note or f"规则：{ticket.rule}", what="red_flag" if ticket.red_flag else "dispatch"
    )
    return True


@router.command("派", "派单", roles=OVERSEERS, help="派 工单号 小区或网格：给没有归属的工单找承办单位")
def send(context: Context) -> Reply:
    """A supervisor names the place or the grid of a ticket that waits."""
    picked = pick(context, on_desk(context.person), _TO_SEND, "派")
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if not words:
        return Reply(context.say("desk.whither", number=ticket.number, text=for_staff(ticket.text)[:60]))
    grid = _grid_meant(context, ticket, words)
    if grid is None or not take_from_desk(context, ticket, grid, overseer(context.person), f"人工派单：{words}"):
        return Reply(context.say("desk.unknown_place", words=words))
    tell(context.session, context.town, ticket, "taken", context.now, but=context.person)
    return Reply(context.say("desk.sent", number=ticket.number, team=context.town.world.teams[ticket.team or ""].name))


def on_desk(person: Person) -> ColumnElement[bool]:
    """Tickets without a team: in this supervisor's area, or in nobody's."""
    return (overseen(person) | Ticket.grid.is_(None)) & Ticket.team.is_(None)


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
