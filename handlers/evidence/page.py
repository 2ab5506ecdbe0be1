"""The content of a ticket's page for one reader, filtered by the disclosure table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from handlers.disclosure.policy import Field, VisibleFields, Way, sight
from handlers.notifications import ticket_text
from handlers.notifications.pictures import may_see
from handlers.tickets.access import called, followed, overseen, reached
from handlers.town.downloads import TicketLink
from handlers.town.town import Town
from handlers.world.coordinates import wgs_to_gcj
from models.person import OVERSEERS, Look, Person, Role, highest
from models.status_moves import ENDED, Status
from models.ticket import Attachment, Ticket

_STEPS = {
    Status.PENDING: "desk",
    Status.RECEIVED: "desk",
    Status.DISPATCHED: "dispatched",
    Status.WORKING: "working",
    Status.SUSPENDED: "suspended",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A photo, voice or video."""

    id: int
    kind: str
    stored: str
    content_type: str
    at: str
    of_work: bool
    heard: str = ""
    playable: bool = True

    @property
    def is_here(self) -> bool:
        return bool(self.stored)


@dataclass(frozen=True, slots=True)
class Page:
    """The data of the page."""

    number: str
    what: str
    where: str
    status: str
    urgent: bool
    red_flag: bool
    text: str
    team: str
    promise: str
    answer: str
    pin: tuple[float, float] | None
    """Latitude and longitude in GCJ-02, the system of Chinese maps"""
    pieces: Sequence[Piece]
    hidden: bool
    """Some photos or voices are hidden from this reader"""
    history: Sequence[str]
    logged: bool
    """Opening the page is stored in the read log"""
    steps: Sequence[str]
    """Commands to send in the chat"""


def page_of(session: Session, town: Town, wanted: TicketLink, now: datetime) -> Page | None:
    """The page; None if the reader may not see the ticket (any more)."""
    found = _found(session, wanted)
    if found is None:
        return None
    person, ticket = found
    seen = sight(town, ticket, person, Way.OPENED)
    resident = wanted.role == Role.RESIDENT
    lines = (
        ticket_text.timeline_for(session, town, ticket, now, person)
        if resident
        else ticket_text.timeline(session, ticket, now, seen)
    )
    pieces = [_piece(each, now) for each in _visible(ticket, seen)]
    return Page(
        number=ticket.number or "",
        what=town.catalogue.name(ticket.category, ticket.item),
        where=ticket_text.where_seen(ticket, seen),
        status=ticket_text.STATUS_NAMES[ticket.status],
        urgent=ticket.urgent,
        red_flag=bool(ticket.red_flag),
        text=seen.words(ticket.text),
        team=ticket_text.team_name(town, ticket.team),
        promise=ticket_text.limit(town, ticket, now),
        answer=ticket_text.as_residents_read(ticket.answer) if Field.WORDS in seen.may or resident else "",
        pin=_pin(town, ticket, seen),
        pieces=pieces,
        hidden=len(pieces) < len(ticket.attachments),
        history=lines,
        logged=not resident,
        steps=_steps(town, ticket, wanted.role),
    )


def write_down_look(session: Session, town: Town, wanted: TicketLink, now: datetime) -> None:
    """Write the read log for staff and supervisors; residents read their own tickets unlogged."""
    if wanted.role != Role.RESIDENT:
        via = town.say("readers.by_page")
        session.add(Look(person_id=wanted.person_id, ticket_id=wanted.ticket_id, via=via, at=now))


def piece_of(session: Session, town: Town, wanted: TicketLink, attachment: int) -> Attachment | None:
    """A file of the ticket, if the reader may see it."""
    found = _found(session, wanted)
    if found is None:
        return None
    person, ticket = found
    seen = sight(town, ticket, person, Way.OPENED)
    return next((each for each in _visible(ticket, seen) if each.id == attachment and each.stored), None)


def role_for(person: Person, *, as_resident: bool) -> Role:
    """The role that a link is made for."""
    return Role.RESIDENT if as_resident else highest(person.roles)


def _found(session: Session, wanted: TicketLink) -> tuple[Person, Ticket] | None:
    """The reader and the ticket; None if the reader has lost the role or the ticket is outside their scope."""
    person = session.get(Person, wanted.person_id)
    if person is None or wanted.role not in person.roles:
        return None
    ticket = session.scalar(select(Ticket).where(Ticket.id == wanted.ticket_id, _reach(person, wanted.role)))
    return (person, ticket) if ticket else None


def _reach(person: Person, role: Role) -> ColumnElement[bool]:
    if role == Role.RESIDENT:
        return followed(person)
    return (reached(person) | called(person) | overseen(person)).condition | followed(person)


def _visible(ticket: Ticket, seen: VisibleFields) -> list[Attachment]:
    return [each for each in sorted(ticket.attachments, key=lambda each: each.id) if may_see(ticket, seen, each)]


def _piece(attachment: Attachment, now: datetime) -> Piece:
    told = attachment.fields
    return Piece(
        attachment.id,
        attachment.kind,
        attachment.stored,
        attachment.content_type,
        ticket_text.moment(attachment.created_at, now),
        attachment.of_work,
        heard=str(told.get("heard", "")),
        playable=not told.get("unplayable"),
    )


def _pin(town: Town, ticket: Ticket, seen: VisibleFields) -> tuple[float, float] | None:
    """The resident's pin, if the reader may see it; else the centre of the compound. GCJ-02."""
    if ticket.lat is not None and ticket.lng is not None and Field.FLAT in seen.may:
        return wgs_to_gcj(ticket.lat, ticket.lng)
    place = town.world.places.get(ticket.place_id) if ticket.place_id else None
    if place is None or place.lat is None or place.lng is None:
        return None
    return wgs_to_gcj(place.lat, place.lng)


def _steps(town: Town, ticket: Ticket, role: Role) -> list[str]:
    status = Status(ticket.status)
    if role == Role.RESIDENT:
        key = "ended" if status in ENDED else "resolved" if status is Status.RESOLVED else "open"
        said = town.say(f"page.resident_{key}", number=ticket.number)
    elif role in OVERSEERS:
        said = town.say(f"page.overseer_{'ended' if status in ENDED else 'open'}", number=ticket.number)
    else:
        said = town.say(f"page.staff_{_STEPS.get(status, 'ended')}", number=ticket.number)
    return [line for line in said.splitlines() if line]
