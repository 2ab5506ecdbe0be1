"""The public data of tickets: kind, compound, status. No words, building or names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from handlers.disclosure.policy import is_listed
from handlers.notifications import ticket_text
from handlers.town.town import Town
from handlers.world.nodes import PlaceNode
from models.open311 import Open311Request
from models.status_moves import Closing, Status
from models.ticket import Ticket, TicketEvent, is_complaint

OPEN, CLOSED = "open", "closed"
_UNTOLD = Status.INCOMPLETE.value
"""Incomplete tickets are not published"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of a query. If `numbers` is given, the others are ignored."""

    numbers: Sequence[str] = ()
    codes: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    statuses: frozenset[str] = frozenset()
    client: str = ""
    """The asking client, which may also read unpublished requests of its own"""
    limit: int = 1000
    offset: int = 0


def find(session: Session, town: Town, wanted: Wanted) -> list[dict[str, Any]]:
    """The matching requests in the standard's fields, the latest first."""
    own = select(Open311Request.ticket_id).where(Open311Request.client == wanted.client)
    query = select(Ticket).where(Ticket.status != _UNTOLD)
    query = query.where(or_(Ticket.id.in_(own), ~is_complaint() | Ticket.shut_out.is_(None)))
    query = query.where(*_conditions(wanted)).order_by(Ticket.created_at.desc(), Ticket.id.desc())
    tickets = session.scalars(query.offset(wanted.offset).limit(wanted.limit)).all()
    theirs = _theirs(session, tickets, wanted.client)
    listed = [ticket for ticket in tickets if is_listed(town, ticket, own=ticket.id in theirs)]
    changed = _last_changes(session, listed)
    return [as_request(town, ticket, changed.get(ticket.id, ticket.created_at)) for ticket in listed]


def number_of(session: Session, token: str) -> str | None:
    """The ticket number of a token; "" until the ticket has a team; None for an unknown token."""
    query: Select[str | None, str | None] = select(Ticket.number, Ticket.team).join(
        Open311Request, Open311Request.ticket_id == Ticket.id
    )
    found = session.execute(query.where(Open311Request.token == token)).one_or_none()
    return None if found is None else (found.number or "") if found.team else ""


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.numbers:
        yield Ticket.number.in_(wanted.numbers)
        return
    if wanted.codes:
        yield Ticket.item.in_(wanted.codes) | ((Ticket.item == "") & Ticket.category.in_(wanted.codes))
    if wanted.since:
        yield Ticket.created_at >= wanted.since
    if wanted.until:
        yield Ticket.created_at <= wanted.until
    if len(wanted.statuses) == 1:
        yield Ticket.ended_at.is_(None) if OPEN in wanted.statuses else Ticket.ended_at.is_not(None)


def _theirs(session: Session, tickets: Sequence[Ticket], client: str) -> frozenset[int]:
    if not client:
        return frozenset()
    mine = (Open311Request.client == client) & Open311Request.ticket_id.in_([ticket.id for ticket in tickets])
    return frozenset(session.scalars(select(Open311Request.ticket_id).where(mine)))


def _last_changes(session: Session, tickets: Sequence[Ticket]) -> Mapping[int, datetime]:
    ids = [ticket.id for ticket in tickets]
    query = select(TicketEvent.ticket_id, func.max(TicketEvent.at)).where(TicketEvent.ticket_id.in_(ids))
    return dict(session.execute(query.group_by(TicketEvent.ticket_id)).all())


def as_request(town: Town, ticket: Ticket, changed_at: datetime) -> dict[str, Any]:
    """A ticket in the standard's fields; private fields are empty."""
    place = _place(town, ticket)
    where = place.name if place else _community(town, ticket)
    return {
        "service_request_id": ticket.number,
        "status": CLOSED if ticket.ended_at else OPEN,
        "status_notes": _how_far(town, ticket),
        "service_name": town.catalogue.name(ticket.category, ticket.item),
        "service_code": ticket.item if ticket.item in town.catalogue.items else ticket.category,
        "description": None,
        "agency_responsible": ticket_text.team_name(town, ticket.team),
        "service_notice": None,
        "requested_datetime": ticket_text.iso(ticket.created_at),
        "updated_datetime": ticket_text.iso(ticket.ended_at or changed_at),
        "expected_datetime": ticket_text.iso(ticket.handle_by),
        "address": where,
        "address_id": str(place.id) if place else None,
        "zipcode": None,
        "lat": place.lat if place else None,
        "long": place.lng if place else None,
        "media_url": None,
    }


def _how_far(town: Town, ticket: Ticket) -> str:
    status = ticket_text.STATUS_NAMES[ticket.status]
    if not ticket.closing:
        return status
    return town.say("open311.how_far", status=status, closing=ticket_text.CLOSING_NAMES[Closing(ticket.closing)])


def _place(town: Town, ticket: Ticket) -> PlaceNode | None:
    """The compound as a whole; None if it is so small that it would identify the reporter."""
    place = town.world.places.get(ticket.place_id) if ticket.place_id else None
    homes = town.households.get(place.name) if place else None
    return None if homes is not None and homes < town.practices.publicity.least_households else place


def _community(town: Town, ticket: Ticket) -> str:
    return town.world.grids[ticket.community].name if ticket.community in town.world.grids else ""
