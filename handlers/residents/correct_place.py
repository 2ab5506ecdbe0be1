"""「不对，是5号楼」「地址错了，应该是锦佳园小区」: where a ticket is, put right by its reporter."""

from dataclasses import replace

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import split_reference
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents import locate
from handlers.tickets.access import by_number, followed, own, resident
from handlers.tickets.change import PersonalChange
from handlers.tickets.clocks import set_promise
from handlers.tickets.draft import Draft
from handlers.tickets.filing import route_it, watch
from models.moves import NOTE, OPEN, Status
from models.ticket import Ticket
from nlp.answers.corrections import right_words
from nlp.reading.understanding import Understanding

router = Router("corrections")
_UNSIGNED = (Status.DISPATCHED, Status.PENDING, Status.RECEIVED)
_ROOM = 4
"""A bare number of so many digits at most is a room"""


@router.on(lambda context: context if context.text and not context.answers and not context.state else None)
def corrected(context: Context) -> Reply | None:
    """The address of the ticket that they mean: by its number, else the one they told of last."""
    digits, words = split_reference(context.text)
    right = right_words(words)
    if not right:
        return None
    ticket = _meant(context, digits, words)
    if ticket is None or ticket.reporter_id != context.person.id:
        return None
    where = _where(context, ticket, right)
    if where is None or _same(ticket, where):
        return None
    return _put_right(context, ticket, where)


def _meant(context: Context, digits: str, words: str) -> Ticket | None:
    if digits:
        found = by_number(context.session, followed(context.person), digits)
        return found[0] if len(found) == 1 and Status(found[0].status) in OPEN else None
    mine = own(context.session, context.person, tuple(OPEN), _LOOKED_AT)
    seen = context.town.reader.understand(words)
    named = [ticket for ticket in mine if seen.item and ticket.item == seen.item]
    return next(iter(named or mine), None)


_LOOKED_AT = 8


def _where(context: Context, ticket: Ticket, right: str) -> Draft | None:
    """The address as it should be: what the words leave out is as it was. None where they tell no place."""
    seen = context.town.reader.understand(right)
    before = _as_draft(ticket)
    if right.isdecimal() and 3 <= len(right) <= _ROOM:
        return replace(before, room=right)
    mention = seen.place
    if mention is None or not (mention.known or mention.building or mention.unit or mention.room):
        return None
    if mention.known and not mention.guessed and mention.known != ticket.place_name:
        return _elsewhere(context, right, seen)
    if mention.building and mention.building != ticket.building:
        return replace(
            before, building=mention.building, unit=mention.unit or before.unit, room=mention.room or before.room
        )
    return replace(before, unit=mention.unit or before.unit, room=mention.room or before.room)


def _elsewhere(context: PersonalChange, right: str, seen: Understanding) -> Draft | None:
    found = locate.place(context, Draft(right), seen)
    return found if found.place_id is not None else None


def _as_draft(ticket: Ticket) -> Draft:
    return Draft(
        ticket.text,
        place_id=ticket.place_id,
        place_name=ticket.place_name,
        building=ticket.building,
        unit=ticket.unit,
        room=ticket.room,
    )


def _same(ticket: Ticket, where: Draft) -> bool:
    now = (ticket.place_id, ticket.building, ticket.unit, ticket.room)
    return now == (where.place_id, where.building, where.unit, where.room)


def _put_right(context: Context, ticket: Ticket, where: Draft) -> Reply:
    """The change of place is told to the team that has it, and to the one that gets it now."""
    before, team = ticket_text.where(ticket), ticket.team
    ticket.place_id, ticket.place_name = where.place_id, where.place_name
    ticket.building, ticket.unit, ticket.room = where.building, where.unit, where.room
    after = ticket_text.where(ticket)
    note = context.say("correcting.place_note", before=before, after=after)
    ticket.apply(NOTE, by=resident(context.person), at=context.now, note=note)
    notify(context.session, context.town, ticket, "supplement", context.now, but=context.person, note=note)
    if Status(ticket.status) in _UNSIGNED:
        _route_anew(context, ticket, team)
    values = {"number": ticket.number, "before": before, "after": after}
    return Reply(context.say("correcting.place_done", team=ticket_text.team_name(context.town, ticket.team), **values))


def _route_anew(context: Context, ticket: Ticket, team: str | None) -> None:
    """Nobody has begun: the team of the right place gets it, with limits of its own."""
    place = context.town.world.places.get(ticket.place_id) if ticket.place_id else None
    route_it(context, ticket, place)
    if ticket.team != team:
        set_promise(context, ticket, context.now)
        watch(context, ticket)
        notify(context.session, context.town, ticket, "dispatch", context.now, but=context.person)
