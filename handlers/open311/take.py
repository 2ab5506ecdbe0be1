"""Turn another platform's request into a ticket, or join it to the ticket of the same event."""

import secrets
from dataclasses import dataclass, replace

from sqlalchemy import select

from handlers.neighbours.event import add
from handlers.neighbours.same_event import find
from handlers.notifications.pushes import notify
from handlers.open311.given import Given
from handlers.open311.services import HOUSE
from handlers.residents import locate
from handlers.tickets.access import resident
from handlers.tickets.change import Change, UnansweredChange
from handlers.tickets.draft import Draft
from handlers.tickets.filing import file
from handlers.tickets.staff_complaints import hear
from models.new_tickets import row_of
from models.open311 import Open311Request
from models.person import Person
from models.status_moves import NOTE
from models.ticket import SYSTEM, Source, Ticket


@dataclass(frozen=True, slots=True)
class Sender:
    """The client, and a hash of its user's account (of the client itself, if it names no user)."""

    client: str
    account: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of a request."""

    number: str
    token: str
    is_placed: bool
    """False: staff must find the place first; until then the client gets only the token"""
    notice: str


def take(change: Change, sender: Sender, given: Given) -> Taken:
    """File a request in the caller's transaction."""
    person = _person(change, sender, given)
    silence = UnansweredChange(change.session, change.town, change.now, person)
    draft = _draft(silence, given)
    ticket = row_of(change.session, _joined(silence, draft) or file(silence, draft, person))
    if given.media_url:
        note = change.town.say("history.open311_media", url=given.media_url)
        ticket.apply(NOTE, by=SYSTEM, at=change.now, note=note)
    request = Open311Request(
        token=secrets.token_hex(16),
        client=sender.client,
        account=sender.account,
        person_id=person.id,
        ticket_id=ticket.id,
        at=change.now,
    )
    change.session.add(request)
    return Taken(ticket.number or "", request.token, bool(ticket.team), _notice(change, draft))


def _person(change: Change, sender: Sender, given: Given) -> Person:
    """The account's Person, without a chat; they learn the outcome on the platform that they used."""
    before = select(Open311Request.person_id).where(Open311Request.account == sender.account)
    known = change.session.scalar(before.order_by(Open311Request.id.desc()).limit(1))
    person = change.session.get(Person, known) if known else None
    if person is None:
        person = Person(following=False)
        change.session.add(person)
    if given.name or given.phone:  # the latest data counts
        person.name, person.phone = given.name, given.phone
    person.last_inbound_at = change.now  # so that retention deletes them like other residents
    change.session.flush()
    return person


def _draft(change: UnansweredChange, given: Given) -> Draft:
    """A draft with the chosen service, the given place, and a danger that the text names."""
    said = given.description or given.service.name
    where = "" if given.address in said else given.address
    seen = change.town.reader.understand(f"{where}，{said}" if where else said)
    lat, lng = given.point or (None, None)
    draft = Draft(
        said,
        category=given.service.category,
        item=given.service.item,
        confidence=1.0,
        urgent=seen.urgent,
        red_flag=seen.red_flag,
        lat=lat,
        lng=lng,
        source=Source.OPEN311.value,
    )
    draft = locate.settle(draft, given.place) if given.place else locate.place(change, draft, seen)
    draft = replace(draft, place_name=draft.place_name or where[:40])
    building, unit, room = (given.house.get(name, "") for name in HOUSE)
    return replace(draft, building=building or draft.building, unit=unit or draft.unit, room=room or draft.room)


def _joined(change: UnansweredChange, draft: Draft) -> Ticket | None:
    """Join an event only if no question is needed, because there is no chat to ask in."""
    same = find(change, draft)
    if same is None or not (same.mine or same.at_once):
        return None
    if same.mine:
        hear(change, same.ticket, draft.text)
        same.ticket.apply(NOTE, by=resident(change.person), at=change.now, note=draft.text)
        notify(change.session, change.town, same.ticket, "supplement", change.now, note=draft.text)
    else:
        add(change, same.ticket, change.person, draft)
    return same.ticket


def _notice(change: Change, draft: Draft) -> str:
    """The reply's notice: advice for a danger, else the next step."""
    if draft.red_flag:
        return change.town.say(f"red_flag.{draft.red_flag}", **change.town.contacts.model_dump())
    return change.town.say("open311.taken", phone=change.town.contacts.hall)
