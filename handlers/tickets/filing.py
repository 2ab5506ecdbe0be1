"""File and route tickets: the steps that all handlers share."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from handlers.disclosure.policy import complained_of, kinds_above, shut
from handlers.notifications.pushes import notify
from handlers.notifications.recipients import how_assigned, propose
from handlers.tickets.change import Change, PersonalChange
from handlers.tickets.clocks import set_promise, set_timer, wind
from handlers.tickets.draft import Draft
from handlers.town.able_teams import signers
from handlers.town.routing import Assign, Case, Route, choose
from handlers.world.nodes import PlaceNode
from models.deferred_inserts import AppendingSession, append
from models.follower import Follower
from models.grid import Level
from models.new_tickets import new_ticket as unwritten
from models.new_tickets import row_of
from models.person import Person
from models.reserved_ids import next_id
from models.status_moves import DISPATCH, REASSIGN, RECEIVE, Status
from models.ticket import SYSTEM, Actor, Attachment, Ticket, TicketEvent

TITLE_LENGTH = 24
_RECENT = (
    select(Ticket)
    .join(Follower, Follower.ticket_id == Ticket.id)
    .where(Follower.person_id == bindparam("person"), Follower.joined_at >= bindparam("since"))
    .where(Ticket.status != Status.MERGED.value)  # its followers follow the other one now
    .order_by(Follower.joined_at.desc(), Ticket.id.desc())
    .limit(1)
)


def file(context: Change, draft: Draft, reporter: Person, grid: str | None = None) -> Ticket:
    """File a draft: route it, set its clocks, dispatch it and notify. Without a route it waits on the desk.

    `grid` overrules the place.
    """
    ticket = new_ticket(context, draft, reporter)
    place = context.town.world.places.get(draft.place_id) if draft.place_id else None
    route_it(context, ticket, place, grid)
    set_promise(context, ticket, context.now)
    write_down(context, ticket, draft.attachments)
    if ticket.team:
        ticket.apply(RECEIVE, by=SYSTEM, at=context.now, note=context.town.say("history.received"))
        what = "red_flag" if draft.red_flag else "dispatch"
        note = context.town.say("history.by_rule", rule=ticket.rule)
        return dispatch(context, ticket, by=SYSTEM, note=note, what=what)
    lay_on_desk(context, ticket, but=reporter)
    return ticket


def _to_be_asked(change: Change, ticket: Ticket) -> Ticket:
    """If one member is asked first, the ticket must be written before: the choice reads the stored tickets."""
    everyone = how_assigned(change.town, ticket) is Assign.EVERYONE
    return ticket if everyone else row_of(change.session, ticket)


def write_down(change: Change, ticket: Ticket, attachments: tuple[int, ...]) -> None:
    """Store a new ticket's first follower and its attachments."""
    append(change.session, Follower, ticket_id=ticket.id, person_id=ticket.reporter_id, joined_at=change.now)
    attach(change, ticket, attachments)


def lay_on_desk(change: Change, ticket: Ticket, but: Person | None = None) -> None:
    """No team serves the ticket: notify supervisors, and remind them until one decides."""
    set_timer(change, "desk_waits", ticket, ticket.accept_by or change.now)
    notify(change.session, change.town, ticket, "unrouted", change.now, but=but)


def dispatch(context: Change, ticket: Ticket, *, by: Actor, note: str, what: str = "dispatch") -> Ticket:
    """Hand a received ticket to its team, notify the team and set timers. Use the returned ticket from then on."""
    ticket = _to_be_asked(context, ticket)
    ticket.apply(DISPATCH, by=by, at=context.now, note=note)
    watch(context, ticket)
    notify(context.session, context.town, ticket, what, context.now)
    return ticket


def route_it(context: Change, ticket: Ticket, place: PlaceNode | None, grid: str | None = None) -> Route | None:
    """Choose the grid and team of a ticket and set them; `grid` overrules the place."""
    world = context.town.world
    if grid is None:
        grid = place.grid_of(ticket.building) if place else None
        if place and grid == place.community and ticket.lat is not None and ticket.lng is not None:
            grid = place.grid_near(ticket.lat, ticket.lng) or grid
    if grid is None and ticket.lat is not None and ticket.lng is not None:
        grid = world.grid_at(ticket.lat, ticket.lng)
    working = context.town.calendar.is_working(context.now)
    above = kinds_above(context.town, ticket)
    case = Case(
        ticket.category, ticket.item, ticket.urgent, bool(ticket.red_flag), place, ticket.source, working, above
    )
    route = choose(world, context.town.routing, case, grid, signers(context.town, grid, context.now))
    if route:
        put_in_grid(context, ticket, route.grid)
        rule = route.rule or context.town.say("history.rule_complaint", team=route.team.name)
        ticket.team, ticket.rule, ticket.level = route.team.code, rule, route.level.value
        ticket.helped_by([team.code for team in route.support], context.now)
    return route


def put_in_grid(context: Change, ticket: Ticket, grid: str) -> None:
    """Copy the four levels of a grid onto a ticket."""
    codes = context.town.world.levels_of(grid)
    ticket.grid, ticket.community = grid, codes.get(Level.COMMUNITY)
    ticket.street, ticket.county = codes.get(Level.STREET), codes.get(Level.COUNTY)


def watch(change: Change, ticket: Ticket) -> None:
    """Choose who is asked first, and set timers for the limits."""
    propose(change.session, change.town, ticket, change.now)
    wind(change, ticket)


def route_anew(
    change: Change, ticket: Ticket, grid: str | None = None, *, by: Actor = SYSTEM, but: Person | None = None
) -> None:
    """Route a ticket again after its place or category was corrected; a new team gets new limits."""
    team = ticket.team
    place = change.town.world.places.get(ticket.place_id) if ticket.place_id else None
    route_it(change, ticket, place, grid)
    if ticket.team == team:
        return
    if ticket.status == Status.WORKING:
        by = by if by.role in REASSIGN.roles else SYSTEM
        ticket.apply(REASSIGN, by=by, at=change.now, note=change.town.say("history.corrected_away"))
    set_promise(change, ticket, change.now)
    watch(change, ticket)
    notify(change.session, change.town, ticket, "dispatch", change.now, but=but)


def give_to(change: Change, ticket: Ticket, route: Route | None) -> None:
    """Set the ticket's team; without a route it waits on the desk. The caller sets the clocks."""
    ticket.assignee_id = None
    ticket.helped_by((), change.now)
    if route is None:
        ticket.team = None
        return
    ticket.team, ticket.level, ticket.rule = route.team.code, route.level.value, route.rule


def recent(context: PersonalChange, minutes: int) -> Ticket | None:
    """The ticket that the resident last filed or joined, if within so many minutes."""
    since = context.now - timedelta(minutes=minutes)
    return context.session.scalar(_RECENT, {"person": context.person.id, "since": since})


def latest_of(session: Session, person: int, since: datetime) -> Ticket | None:
    """Like `recent`, for a person who is not writing now."""
    return session.scalar(_RECENT, {"person": person, "since": since})


def last_place(context: PersonalChange) -> int | None:
    """The place of this person's last report that had one."""
    mine = select(Ticket.place_id).where(Ticket.reporter_id == context.person.id, Ticket.place_id.is_not(None))
    return context.session.scalar(mine.order_by(Ticket.created_at.desc()).limit(1))


def new_ticket(context: Change, draft: Draft, reporter: Person, status: Status = Status.PENDING) -> Ticket:
    """A ticket with its number, not written to the database yet."""
    ticket = _numbered(
        cast("AppendingSession", context.session),
        status=status.value,
        level=Level.GRID.value,
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
    shut(ticket, {*draft.shut_out, *complained_of(context.town, ticket.category, draft.text)})
    return ticket


def _numbered(session: AppendingSession, **given: Any) -> Ticket:  # noqa: ANN401  (the columns)
    return unwritten(session, next_id(session, Ticket, TicketEvent), **given)


def attach(change: Change, ticket: Ticket, attachments: tuple[int, ...]) -> None:
    """Photos and voices that were sent for this ticket."""
    if not attachments:
        return
    with change.session.no_autoflush:  # a flush would write the ticket too early, while it is still being filled in
        found = change.session.scalars(select(Attachment).where(Attachment.id.in_(attachments))).all()
    for attachment in found:
        attachment.ticket_id = ticket.id
