"""Find the open ticket that a report is about too: one index look-up, then a comparison of a few texts."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, cast
from zlib import crc32

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from handlers.disclosure.policy import complained_of
from handlers.tickets.change import Change, PersonalChange
from handlers.tickets.draft import Draft
from handlers.town.same_event_rules import SameEventRules
from handlers.town.town import Town
from models.deferred_inserts import AppendingSession, dialect_of
from models.follower import Follower
from models.list_condition import pair_of
from models.new_tickets import unwritten_tickets
from models.prepared_statements import Prepared
from models.status_condition import stands
from models.status_moves import OPEN, Status
from models.ticket import Ticket

# Most tickets compared, the latest first: the cost of a report must not grow with the number of tickets.
MOST = 20
_NEARBY = 0.0015  # degrees, some 150 m: two pins of one thing
_NOISE = re.compile(r"[\W\d_]+")


Matter = tuple[int, str]
"""A place id and a category; two reports of one event agree in both"""


class Compared(Protocol):
    """The columns of a ticket that are compared."""

    id: Any
    item: Any
    text: Any
    red_flag: Any
    building: Any
    unit: Any
    room: Any
    place_name: Any
    neighbours: Any
    shut_out: Any


_COMPARED = tuple(getattr(Ticket, name) for name in Compared.__annotations__)
_STILL_OPEN = [Ticket.status != status.value for status in Status if status not in OPEN - {Status.INCOMPLETE}]
_OF_LATE = (
    select(*_COMPARED)
    .where(Ticket.category == bindparam("category"), Ticket.created_at >= bindparam("since"), *_STILL_OPEN)
    .order_by(Ticket.created_at.desc())
    .limit(MOST)
)


_MATTER = (Ticket.place_id, Ticket.category)
_RANKED = (
    select(
        *_COMPARED,
        *_MATTER,
        func.row_number()
        .over(partition_by=(Ticket.place_id, Ticket.category), order_by=Ticket.created_at.desc())
        .label("rank"),
    )
    .where(
        pair_of(*_MATTER, "places", "categories"),
        Ticket.created_at >= bindparam("since"),
        *_STILL_OPEN,
    )
    .subquery()
)
_OF_SEVERAL = Prepared[Any](select(_RANKED).where(_RANKED.c.rank <= MOST).order_by(_RANKED.c.rank), named=True)


@dataclass(frozen=True, slots=True)
class _AtPlace:
    """A place of the world."""

    place_id: int
    statement: ClassVar = Prepared[Any](_OF_LATE.where(Ticket.place_id == bindparam("place")), named=True)

    @property
    def values(self) -> dict[str, Any]:
        return {"place": self.place_id}

    def holds(self, ticket: Ticket) -> bool:
        return ticket.place_id == self.place_id


@dataclass(frozen=True, slots=True)
class _AtPin:
    """Some 150 m around a pin, within its grid."""

    grid: str
    lat: float
    lng: float
    statement: ClassVar = Prepared[Any](
        _OF_LATE.where(
            Ticket.grid == bindparam("grid"),
            Ticket.lat.between(bindparam("south"), bindparam("north")),
            Ticket.lng.between(bindparam("west"), bindparam("east")),
        ),
        named=True,
    )

    @property
    def values(self) -> dict[str, Any]:
        sides = {"south": self.lat - _NEARBY, "north": self.lat + _NEARBY}
        return {"grid": self.grid, "west": self.lng - _NEARBY, "east": self.lng + _NEARBY, **sides}

    def holds(self, ticket: Ticket) -> bool:
        if ticket.grid != self.grid or ticket.lat is None or ticket.lng is None:
            return False
        return abs(ticket.lat - self.lat) <= _NEARBY and abs(ticket.lng - self.lng) <= _NEARBY


_Spot = _AtPlace | _AtPin


_HELD = "matters_held"
_LINE = 5_741
"""The first key of our PostgreSQL advisory locks, which separates them from others"""
_IN_LINE = text("SELECT pg_advisory_xact_lock(:line, key) FROM unnest(CAST(:keys AS integer[])) AS key")
_IF_FREE = text("SELECT bool_and(pg_try_advisory_xact_lock(:line, key)) FROM unnest(CAST(:keys AS integer[])) AS key")


@dataclass(frozen=True, slots=True)
class Same:
    """An open ticket that a report belongs to."""

    ticket: Ticket
    at_once: bool
    """Join without asking: many reports at once, an outage, a danger"""
    mine: bool
    """The person already follows it"""


def find(context: PersonalChange, draft: Draft) -> Same | None:
    """The open ticket that the draft is about too; None if there is none."""
    spot, rules = _spot(context, draft), context.town.joining
    if spot is None and draft.red_flag:
        return _own_danger(context, draft)
    if spot is None or draft.category in rules.never:
        return None
    lock_matters(context.session, [(draft.place_id, draft.category)] if draft.place_id else [])
    alike = [ticket for ticket in _latest(context, spot, draft.category) if is_same(rules, draft, ticket)]
    if alike:  # a complaint about staff is never joined with an ordinary report
        complains = bool(complained_of(context.town, draft.category, draft.text))
        alike = [ticket for ticket in alike if bool(ticket.shut_out) == complains]
    if not alike:
        return None
    nearest = max(
        alike, key=lambda ticket: (ticket.building == draft.building, _likeness(draft, ticket), ticket.neighbours)
    )
    best = context.session.get_one(Ticket, nearest.id)
    mine = context.session.get(Follower, (best.id, context.person.id)) is not None
    return Same(best, _at_once(context, draft, best, [ticket.id for ticket in alike]), mine)


def _own_danger(context: PersonalChange, draft: Draft) -> Same | None:
    """「还在着火」 without a place: the same danger that this person has just reported."""
    since = context.now - timedelta(minutes=context.town.habits.recent_minutes)
    mine = {"person": context.person.id, "since": since, "danger": draft.red_flag}
    told = context.session.scalar(_OWN_DANGER, mine)
    return Same(told, at_once=True, mine=True) if told else None


_OWN_DANGER = (
    select(Ticket)
    .join(Follower)
    .where(Follower.person_id == bindparam("person"), Follower.joined_at >= bindparam("since"))
    .where(stands(OPEN), Ticket.red_flag == bindparam("danger"))
    .order_by(Ticket.id.desc())
    .limit(1)
)


def _latest(context: Change, spot: _Spot, category: str) -> list[Compared]:
    """The open tickets of this spot and category, the latest first.

    Read as columns, not as objects, because most of them don't match. Tickets that this transaction has filed and not
    written yet are added from memory: to write each one now would cost more than the whole comparison.
    """
    session = context.session
    if any(isinstance(row, Ticket) for row in session.dirty):
        session.flush()
    filed = unwritten_tickets(session)
    unwritten = [ticket for ticket in reversed(filed) if ticket.category == category and spot.holds(ticket)]
    found = _read_ahead(session, spot, category)
    if found is None:
        values = {"category": category, "since": _since(context.town, context.now), **spot.values}
        found = cast("Sequence[Compared]", spot.statement.rows(session, values))
    return [*unwritten, *found][:MOST]


def _since(town: Town, now: datetime) -> datetime:
    return now - timedelta(hours=town.joining.window_hours)


def read_ahead(session: Session, town: Town, matters: Collection[Matter], now: datetime) -> None:
    """Read the open tickets of a batch's likely matters, by one statement instead of one for each report.

    Call it after `lock_matters`; the rows are valid until the transaction writes (AppendingSession).
    """
    if not isinstance(session, AppendingSession) or len(matters) < 2:
        return
    places, categories = zip(*sorted(matters), strict=True)
    values = {"places": places, "categories": categories, "since": _since(town, now)}
    found: dict[Matter, list[Any]] = {matter: [] for matter in matters}
    for row in _OF_SEVERAL.rows(session, values):
        found[row.place_id, row.category].append(row)
    session.read_ahead.update(found)


def _read_ahead(session: Session, spot: _Spot, category: str) -> Sequence[Compared] | None:
    if not isinstance(session, AppendingSession) or not isinstance(spot, _AtPlace):
        return None
    return session.read_ahead.get((spot.place_id, category))


def is_same(rules: SameEventRules, draft: Draft, ticket: Compared) -> bool:
    """Whether two reports of one place and category are about one event."""
    if draft.red_flag or ticket.red_flag:  # a danger matches only the same danger in the same building
        return (draft.red_flag, draft.building) == (ticket.red_flag, ticket.building)
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
    """The similarity of two texts, 0 to 1: Dice's coefficient of their character pairs."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _pairs(text: str) -> set[str]:
    words = _NOISE.sub("", text)
    return {words[i : i + 2] for i in range(len(words) - 1)}


def _likeness(draft: Draft, ticket: Compared) -> float:
    """The similarity without the place names, which are the same anyway."""
    return likeness(draft.text.replace(draft.place_name, ""), ticket.text.replace(ticket.place_name, ""))


def _are_outages(rules: SameEventRules, draft: Draft, ticket: Compared) -> bool:
    return (
        draft.item == ticket.item
        and rules.is_outage(draft.item, draft.text)
        and rules.is_outage(ticket.item, ticket.text)
    )


def _at_once(context: Change, draft: Draft, best: Ticket, alike: list[int]) -> bool:
    rules = context.town.joining
    if draft.red_flag or _are_outages(rules, draft, best) or best.neighbours + 1 >= rules.flood_followers:
        return True
    since = context.now - timedelta(minutes=rules.flood_minutes)
    lately = (
        select(func.count()).select_from(Follower).where(Follower.ticket_id.in_(alike), Follower.joined_at >= since)
    )
    reports: int = context.session.scalar(lately) or 0
    return reports >= rules.flood_reports


def _spot(context: Change, draft: Draft) -> _Spot | None:
    if draft.place_id:
        return _AtPlace(draft.place_id)
    if draft.lat is None or draft.lng is None:
        return None
    grid = context.town.world.grid_at(draft.lat, draft.lng)
    return _AtPin(grid, draft.lat, draft.lng) if grid else None


class MatterTakenError(Exception):
    """Another transaction holds the lock of a matter: the caller must retry and lock it first."""

    def __init__(self, matters: Collection[Matter]) -> None:
        super().__init__(len(matters))
        self.matters = matters


def lock_matters(session: Session, matters: Collection[Matter]) -> None:
    """Lock matters, so that of two reports at the same moment the second finds the ticket of the first.

    SQLite has one writer anyway. On PostgreSQL the reports of one place and category are filed one after the other;
    a batch locks all its matters at once and in order, before any ticket, so that no deadlock can arise.
    Later locks are only tried: a transaction that already holds ticket locks must not wait here.
    Pins have no lock; two tickets about one event can be merged by hand.
    """
    if dialect_of(session) != "postgresql":
        return
    transaction, held = session.info.get(_HELD, (None, frozenset()))
    is_first = transaction is not session.get_transaction()
    wanted = {_key(matter): matter for matter in matters}
    missing = sorted(wanted.keys() - (frozenset() if is_first else held))
    if missing:
        values = {"line": _LINE, "keys": missing}
        if is_first:
            session.connection().execute(_IN_LINE, values)
        elif not session.connection().scalar(_IF_FREE, values):
            raise MatterTakenError([wanted[key] for key in missing])
    session.info[_HELD] = session.get_transaction(), frozenset(missing) | (frozenset() if is_first else held)


def _key(matter: Matter) -> int:
    """A 32-bit lock key, the same in every process. Two matters with one key wait for each other needlessly."""
    return crc32(":".join(map(str, matter)).encode()) - 2**31
