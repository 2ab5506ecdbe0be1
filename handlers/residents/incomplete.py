"""待补充: a report without a place. It waits `incomplete_hours` for the resident, then goes to the desk."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.states import Asks
from handlers.notifications.pushes import notify
from handlers.residents import locate
from handlers.residents.ask_or_file import receipt
from handlers.tickets.access import resident
from handlers.tickets.change import Change, DueTimer, PersonalChange
from handlers.tickets.clocks import set_promise, set_timer
from handlers.tickets.draft import Draft
from handlers.tickets.filing import lay_on_desk, new_ticket, write_down
from handlers.tickets.staff_complaints import hear
from handlers.tickets.unrouted import take_from_desk
from models.status_moves import NOTE, SUPPLEMENT, VERIFY, Status
from models.ticket import SYSTEM, Actor, Ticket

WAITS = "incomplete_waits"
_PLACELESS = (Status.INCOMPLETE, Status.PENDING, Status.RECEIVED)


def lacks_place(draft: Draft) -> bool:
    """The place is unknown or ambiguous. A place name that we don't know is left for the desk to find."""
    return not locate.is_placed(draft) and bool(draft.places or draft.guess or not draft.place_name)


def keep(change: PersonalChange, draft: Draft) -> Ticket:
    """File a ticket without team and clocks, because nobody can be sent yet."""
    ticket = new_ticket(change, draft, change.person, Status.INCOMPLETE)
    write_down(change, ticket, draft.attachments)
    ticket.apply(NOTE, by=SYSTEM, at=change.now, note=change.town.say("history.place_missing"))
    set_timer(change, WAITS, ticket, change.now + timedelta(hours=change.town.habits.incomplete_hours))
    return ticket


def placeless(context: Context) -> Ticket | None:
    """The latest report of this person that waits for its place."""
    if not context.lacks_place:
        return None
    return context.session.scalar(
        select(Ticket)
        .where(
            Ticket.reporter_id == context.person.id,
            Ticket.status.in_([status.value for status in _PLACELESS]),
            Ticket.team.is_(None),
        )
        .order_by(Ticket.created_at.desc(), Ticket.id.desc())
        .limit(1)
    )


def ask_where(context: Context, ticket: Ticket) -> Reply:
    """Ask for the place again."""
    said = context.say("incomplete.where", number=ticket.number, text=ticket.title)
    return Reply(said, Asks.TICKET_PLACE, asks_of(ticket))


def asks_of(ticket: Ticket) -> dict[str, Any]:
    """The slots of the question for the place; `danger` gives it precedence over other questions."""
    return {"ticket": ticket.id} | ({"danger": True} if ticket.red_flag else {})


def now_placed(context: Context, ticket: Ticket, where: Draft) -> Reply:
    """Set the place of this ticket and of those from the same message, and route them."""
    return Reply("\n\n".join(_placed(context, each, where) for each in (ticket, *_told_together(context, ticket))))


def supplement(change: Change, ticket: Ticket, by: Actor, note: str) -> None:
    """The place is known: start the clocks. If no team serves it, the ticket goes to the desk."""
    ticket.apply(SUPPLEMENT, by=by, at=change.now, note=note)
    if not take_from_desk(change, ticket):
        set_promise(change, ticket, change.now)
        lay_on_desk(change, ticket)


def nobody_supplemented(ringing: DueTimer) -> None:
    """The resident did not tell the place in time: it goes to the desk, and the resident is notified."""
    ticket = ringing.ticket
    if ticket.status != Status.INCOMPLETE:
        return
    ticket.apply(VERIFY, by=SYSTEM, at=ringing.now, note=ringing.town.say("history.place_never_told"))
    set_promise(ringing, ticket, ringing.now)
    notify(ringing.session, ringing.town, ticket, "verify", ringing.now)
    lay_on_desk(ringing, ticket)


def _placed(context: Context, ticket: Ticket, where: Draft) -> str:
    _write_where(ticket, where)
    by, told = resident(context.person), context.text or context.say("history.pin_added")
    hear(context, ticket, context.text)
    if ticket.status == Status.INCOMPLETE:
        supplement(context, ticket, by, told)
        return receipt(context, ticket)
    ticket.apply(NOTE, by=by, at=context.now, note=told)
    if not ticket.team and take_from_desk(context, ticket):
        return receipt(context, ticket)
    return context.say("filing.pin_added", number=ticket.number)


def _write_where(ticket: Ticket, where: Draft) -> None:
    """A pin adds coordinates; words replace the address."""
    if where.lat is not None:
        ticket.lat, ticket.lng = where.lat, where.lng
        ticket.place_name = ticket.place_name or where.place_name
        return
    ticket.place_id, ticket.place_name = where.place_id, where.place_name or ticket.place_name
    ticket.building, ticket.unit, ticket.room = where.building, where.unit, where.room


def _told_together(context: Context, ticket: Ticket) -> Sequence[Ticket]:
    mine = (Ticket.reporter_id == ticket.reporter_id) & (Ticket.created_at == ticket.created_at)
    waiting = select(Ticket).where(mine, Ticket.status == Status.INCOMPLETE.value, Ticket.id != ticket.id)
    return context.session.scalars(waiting.order_by(Ticket.id)).all()
