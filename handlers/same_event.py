"""Is this report about something that others have told already? A look into an index, and a few texts compared."""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, select

from handlers.dialogue import Context
from handlers.joining_rules import Joining
from handlers.tickets import Draft
from models.follower import Follower
from models.grid import Place
from models.moves import OPEN, Status
from models.ticket import Ticket

# Compared at most, the latest first: the cost of a report must not grow with the number of tickets.
MOST = 20
_NEARBY = 0.0015  # degrees, some 150 m: two pins of one thing
_NOISE = re.compile(r"[\W\d_]+")


@dataclass(frozen=True, slots=True)
class Same:
    """An open ticket that a report belongs to."""

    ticket: Ticket
    at_once: bool
    """Joined without asking: a flood, an outage, a danger"""
    mine: bool
    """This person waits for it already"""


def find(context: Context, draft: Draft) -> Same | None:
    """The ticket that a draft is about too, if there is one."""
    where = _where(context, draft)
    rules = context.town.joining
    if where is None or draft.category in rules.never:
        return None
    _one_after_another(context, draft)
    since = context.now - timedelta(hours=rules.window_hours)
    status = Ticket.status.in_([each.value for each in OPEN - {Status.INCOMPLETE}])
    latest = select(Ticket).where(where, Ticket.category == draft.category, Ticket.created_at >= since, status)
    candidates = context.session.scalars(latest.order_by(Ticket.created_at.desc()).limit(MOST)).all()
    alike = [ticket for ticket in candidates if is_same(rules, draft, ticket)]
    if not alike:
        return None
    best = max(
        alike, key=lambda ticket: (ticket.building == draft.building, _likeness(draft, ticket), ticket.neighbours)
    )
    mine = context.session.get(Follower, (best.id, context.person.id)) is not None
    return Same(best, _at_once(context, draft, best, alike), mine)


def is_same(rules: Joining, draft: Draft, ticket: Ticket) -> bool:
    """Whether two reports of one place and category tell of one thing."""
    if draft.red_flag or ticket.red_flag:  # danger is never taken for something that only resembles it
        return draft.red_flag == ticket.red_flag and draft.building == ticket.building
    if draft.item and ticket.item and draft.item != ticket.item:
        return False
    if _are_outages(rules, draft, ticket):
        return True
    pairs = ((draft.building, ticket.building), (draft.unit, ticket.unit), (draft.room, ticket.room))
    if any(one and other and one != other for one, other in pairs):
        return False
    exact = bool(draft.item) and draft.item == ticket.item and draft.building == ticket.building != ""
    return exact or _likeness(draft, ticket) >= rules.alike


def likeness(one: str, other: str) -> float:
    """How much two texts agree: shared pairs of characters (Dice's coefficient), 0 to 1."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _pairs(text: str) -> set[str]:
    words = _NOISE.sub("", text)
    return {words[i : i + 2] for i in range(len(words) - 1)}


def _likeness(draft: Draft, ticket: Ticket) -> float:
    """Of what they say, not of where it is: the place is the same anyway."""
    return likeness(draft.text.replace(draft.place_name, ""), ticket.text.replace(ticket.place_name, ""))


def _are_outages(rules: Joining, draft: Draft, ticket: Ticket) -> bool:
    return (
        draft.item == ticket.item
        and rules.is_outage(draft.item, draft.text)
        and rules.is_outage(ticket.item, ticket.text)
    )


def _at_once(context: Context, draft: Draft, best: Ticket, alike: list[Ticket]) -> bool:
    rules = context.town.joining
    if draft.red_flag or _are_outages(rules, draft, best) or best.neighbours + 1 >= rules.flood_followers:
        return True
    since = context.now - timedelta(minutes=rules.flood_minutes)
    lately = (
        select(func.count())
        .select_from(Follower)
        .where(Follower.ticket_id.in_([ticket.id for ticket in alike]), Follower.joined_at >= since)
    )
    reports: int = context.session.scalar(lately) or 0
    return reports >= rules.flood_reports


def _where(context: Context, draft: Draft) -> ColumnElement[bool] | None:
    """The place, or the surroundings of a pin."""
    if draft.place_id:
        return Ticket.place_id == draft.place_id
    if draft.lat is None or draft.lng is None:
        return None
    grid = context.town.world.grid_at(draft.lat, draft.lng)
    north = Ticket.lat.between(draft.lat - _NEARBY, draft.lat + _NEARBY)
    east = Ticket.lng.between(draft.lng - _NEARBY, draft.lng + _NEARBY)
    return and_(Ticket.grid == grid, north, east) if grid else None


def _one_after_another(context: Context, draft: Draft) -> None:
    """Two neighbours who report at the same moment: the second sees the ticket of the first.

    SQLite has one writer anyway. For pins there is nothing to wait at; two tickets of one thing can be merged.
    """
    if draft.place_id and context.session.get_bind().dialect.name == "postgresql":
        row = select(Place.id).where(Place.id == draft.place_id).with_for_update(key_share=True)
        context.session.execute(row)
