"""「不对，是5号楼」「地址错了，应该是锦佳园小区」: the reporter corrects a ticket's place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents import locate
from handlers.residents.correction_read import Correction, is_others_work
from handlers.residents.incomplete import now_placed
from handlers.tickets.access import resident
from handlers.tickets.change import PersonalChange
from handlers.tickets.draft import Draft
from handlers.tickets.filing import route_anew
from models.status_moves import NOTE, Status
from models.ticket import Actor, Ticket

_ROUTED = (Status.DISPATCHED, Status.WORKING)
_ROOM = 4
"""A bare number of so many digits at most is a room"""
_HOUSE = ("place_id", "place_name", "building", "unit", "room")


def amended(context: Context, ticket: Ticket, said: Correction) -> Reply | None:
    """Correct the place; None if the words name no other one. If work has begun, the assignee must agree."""
    where = _where(context, ticket, said) if ticket.reporter_id == context.person.id else None
    if where is None or _same(ticket, where):
        return None
    if not ticket.team:
        return now_placed(context, ticket, where)
    if is_others_work(context.person, ticket):
        return _ask_worker(context, ticket, where)
    return put_right(context, ticket, where, resident(context.person))


def put_right(context: Context, ticket: Ticket, where: Draft, by: Actor) -> Reply:
    """Change the address, notify the team of the old and new one, and route the ticket again."""
    before = ticket_text.where(ticket)
    for name in _HOUSE:
        setattr(ticket, name, getattr(where, name))
    after = ticket_text.where(ticket)
    note = context.say("correcting.place_note", before=before, after=after)
    ticket.apply(NOTE, by=by, at=context.now, note=note)
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=note)
    if Status(ticket.status) in _ROUTED:
        route_anew(context, ticket, by=by, but=context.person)
    values = {"number": ticket.number, "before": before, "after": after}
    return Reply(context.say("correcting.place_done", team=ticket_text.team_name(context.town, ticket.team), **values))


def as_told(slots: Mapping[str, Any]) -> Draft:
    """The address that the assignee was asked about."""
    return replace(Draft(""), **{name: slots[name] for name in _HOUSE})


def _ask_worker(context: Context, ticket: Ticket, where: Draft) -> Reply:
    before = ticket_text.where(ticket)
    after = ticket_text.address(where.place_name, where.building, where.unit, where.room)
    slots = {name: getattr(where, name) for name in _HOUSE}
    note = context.say("correcting.place_note", before=before, after=after)
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=note)
    session, town, now = context.session, context.town, context.now
    notify(session, town, ticket, "place_wrong", now, but=context.person, slots=slots, note=note)
    return Reply(context.say("correcting.worker_asked", number=ticket.number, before=before, after=after))


def _where(context: Context, ticket: Ticket, said: Correction) -> Draft | None:
    """The corrected address; parts that the words leave out are unchanged. None if they name no place."""
    before = _as_draft(ticket)
    if said.right.isdecimal() and 3 <= len(said.right) <= _ROOM:
        return replace(before, room=said.right)
    if namesake := _namesake(context, ticket, said.right):
        before = replace(before, place_id=namesake)
    mention = said.seen.place if said.seen else None
    if mention is None or not (mention.known or mention.building or mention.unit or mention.room):
        return before if namesake else None
    if mention.known and not mention.guessed and mention.known != ticket.place_name:
        return _elsewhere(context, before, said)
    if mention.building and mention.building != ticket.building:
        before = replace(before, building=mention.building)
    return replace(before, unit=mention.unit or before.unit, room=mention.room or before.room)


def _namesake(context: PersonalChange, ticket: Ticket, right: str) -> int | None:
    """「桥北那个幸福小区」: another place of the same name."""
    world = context.town.world
    alike = [place.id for place in world.places_named(ticket.place_name)]
    found = locate.chosen_of(world, alike, right) if len(alike) > 1 and not right.isdecimal() else None
    return found.id if found else None


def _elsewhere(context: PersonalChange, before: Draft, said: Correction) -> Draft | None:
    told = locate.place(context, Draft(said.right), said.seen)
    if told.place_id is None:
        return None
    house = {name: getattr(before, name) for name in ("building", "unit", "room")} if not told.building else {}
    return replace(told, **house)


def _as_draft(ticket: Ticket) -> Draft:
    return Draft(ticket.text, **{name: getattr(ticket, name) for name in _HOUSE})


def _same(ticket: Ticket, where: Draft) -> bool:
    names = ("place_id", "building", "unit", "room")
    return all(getattr(ticket, name) == getattr(where, name) for name in names)
