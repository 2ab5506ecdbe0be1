"""Filing and moving tickets: what every topic does the same way, whoever asks for it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from handlers.calling import propose
from handlers.dialogue import Context
from handlers.limits import promise
from handlers.routing import Case, Route, choose, level_above
from handlers.telling import tell
from handlers.world import PlaceNode
from models.follower import Follower
from models.grid import Level
from models.moves import DISPATCH, RECEIVE, RETURN
from models.person import Person
from models.push import Timer
from models.ticket import SYSTEM, Actor, Attachment, Source, Ticket, TicketEvent

TITLE_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a report that is not filed yet; lives in the conversation's slots between two questions."""

    text: str
    category: str = ""
    item: str = ""
    confidence: float = 0.0
    urgent: bool = False
    red_flag: str = ""
    place_id: int | None = None
    place_name: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    lat: float | None = None
    lng: float | None = None
    attachments: tuple[int, ...] = ()
    source: str = Source.CHAT.value
    asked: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    """Categories to choose from while none is sure"""
    guess: str = ""
    """A place of the world whose name is like the one that was written"""
    places: tuple[int, ...] = ()
    """Places of the same name to choose from"""
    parts: tuple[tuple[str, str, str], ...] = ()
    """(text, category, sub-item) of each problem where one message tells of several"""

    def slots(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> "Draft":
        """From slots, in which JSON has made lists of the tuples."""
        values: dict[str, Any] = {name: _tuples(value) for name, value in slots.items()}
        return cls(**values)


def file(context: Context, draft: Draft, reporter: Person) -> Ticket:
    """A ticket from a draft: routed, promised, dispatched, told. Without a route it waits in the desk's queue."""
    ticket = _new_ticket(context, draft, reporter)
    place = context.town.world.places.get(draft.place_id) if draft.place_id else None
    route_it(context, ticket, place)
    set_promise(context, ticket, context.now)
    context.session.add(ticket)
    context.session.flush()
    ticket.give_number()
    ticket.followers.add(Follower(person_id=reporter.id, joined_at=context.now))
    _attach(context, ticket, draft.attachments)
    if ticket.team:
        ticket.apply(RECEIVE, by=SYSTEM, at=context.now, note="自动受理")
        what = "red_flag" if draft.red_flag else "dispatch"
        dispatch(context, ticket, by=SYSTEM, note=f"规则：{ticket.rule}", what=what)
    else:
        tell(context.session, context.town, ticket, "unrouted", context.now, but=reporter)
    return ticket


def dispatch(context: Context, ticket: Ticket, *, by: Actor, note: str, what: str = "dispatch") -> TicketEvent:
    """Hand a received ticket to its team, tell the team, and watch its limits."""
    happened = ticket.apply(DISPATCH, by=by, at=context.now, note=note)
    watch(context, ticket)
    tell(context.session, context.town, ticket, what, context.now)
    return happened


def route_it(context: Context, ticket: Ticket, place: PlaceNode | None, grid: str | None = None) -> Route | None:
    """Choose grid and team for a ticket and write them on it; `grid` overrules the place."""
    world = context.town.world
    if grid is None:
        grid = place.grid_of(ticket.building) if place else None
    if grid is None and ticket.lat is not None and ticket.lng is not None:
        grid = world.grid_at(ticket.lat, ticket.lng)
    working = context.town.calendar.is_working(context.now)
    source = ticket.source or Source.CHAT.value  # a column's default is known only after the first flush
    case = Case(ticket.category, ticket.item, ticket.urgent, bool(ticket.red_flag), place, source, working)
    route = choose(world, context.town.routing, case, grid)
    if route:
        put_in_grid(context, ticket, route.grid)
        ticket.team, ticket.rule, ticket.level = route.team.code, route.rule, route.level.value
        ticket.helped_by([team.code for team in route.support], context.now)
    return route


def put_in_grid(context: Context, ticket: Ticket, grid: str) -> None:
    """Copy the four levels of a grid onto a ticket."""
    world = context.town.world
    ticket.grid = grid
    ticket.community = world.code_at(grid, Level.COMMUNITY)
    ticket.street = world.code_at(grid, Level.STREET)
    ticket.county = world.code_at(grid, Level.COUNTY)


def set_promise(context: Context, ticket: Ticket, start: datetime) -> None:
    """Limits by category, sub-item and urgency, counted from `start`."""
    rows = context.town.limits.of(ticket.category, ticket.item, urgent=ticket.urgent)
    made = promise(rows, start, context.town.calendar)
    ticket.accept_by, ticket.handle_by, ticket.limit_rule = made.accept_by, made.handle_by, made.limit.row


def watch(context: Context, ticket: Ticket) -> None:
    """Whom to ask first, and timers for the two limits. A timer looks again when it fires: nothing is taken back."""
    propose(context.session, context.town, ticket, context.now)
    for kind, at in (("accept_overdue", ticket.accept_by), ("handle_overdue", ticket.handle_by)):
        if at:
            set_timer(context, kind, ticket, at)


def set_timer(context: Context, kind: str, ticket: Ticket, at: datetime) -> None:
    """Look at a ticket when its time comes; the same timer is not set twice."""
    key = f"{kind}:{ticket.id}:{at.timestamp():.0f}"
    if context.session.scalar(select(Timer.id).where(Timer.key == key)) is None:
        context.session.add(Timer(key=key, kind=kind, ticket_id=ticket.id, due_at=at, created_at=context.now))


def hand_back(context: Context, ticket: Ticket, *, by: Person, acting: Actor, reason: str) -> Route | None:
    """退单: the level above decides and does it instead (the community first); without one, a supervisor must."""
    ticket.apply(RETURN, by=acting, at=context.now, note=reason)
    above = level_above(context.town.world, ticket.grid, Level(ticket.level), ticket.team)
    give_to(context, ticket, above)
    if above:
        ticket.apply(DISPATCH, by=SYSTEM, at=context.now, note=above.rule)
        watch(context, ticket)
    what = "return_" if above else "return_unrouted"
    tell(context.session, context.town, ticket, what, context.now, but=by, reason=reason)
    return above


def give_to(context: Context, ticket: Ticket, route: Route | None) -> None:
    """Write a new team on a ticket and give it new limits; without one it lies on the desk."""
    ticket.assignee_id = None
    if route is None:
        ticket.team = None
        ticket.helped_by((), context.now)
        return
    ticket.team, ticket.level, ticket.rule = route.team.code, route.level.value, route.rule
    ticket.helped_by((), context.now)
    set_promise(context, ticket, context.now)


def recent(context: Context, minutes: int) -> Ticket | None:
    """The resident's last own ticket, if it is as young as this."""
    since = context.now - timedelta(minutes=minutes)
    mine = (Ticket.reporter_id == context.person.id) & (Ticket.created_at >= since)
    return context.session.scalar(select(Ticket).where(mine).order_by(Ticket.id.desc()).limit(1))


def _new_ticket(context: Context, draft: Draft, reporter: Person) -> Ticket:
    return Ticket(
        category=draft.category or "other",
        item=draft.item,
        source=draft.source,
        title=" ".join(draft.text.split())[:TITLE_LENGTH],
        text=draft.text,
        urgent=draft.urgent or bool(draft.red_flag),
        red_flag=draft.red_flag,
        confidence=draft.confidence,
        place_id=draft.place_id,
        place_name=draft.place_name,
        building=draft.building,
        unit=draft.unit,
        room=draft.room,
        lat=draft.lat,
        lng=draft.lng,
        reporter_id=reporter.id,
        created_at=context.now,
    )


def _attach(context: Context, ticket: Ticket, attachments: tuple[int, ...]) -> None:
    for attachment in context.session.scalars(select(Attachment).where(Attachment.id.in_(attachments))):
        attachment.ticket_id = ticket.id


def _tuples(value: Any) -> Any:  # noqa: ANN401  (whatever JSON holds)
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value
