"""Turn orders into tickets with the hotline's deadline and named handler, or join them to existing tickets."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.hotline.orders import Order
from handlers.neighbours.same_event import find
from handlers.notifications.pushes import notify
from handlers.practices.promises import limit, promised_ticket
from handlers.residents import locate
from handlers.tickets.change import Change, UnansweredChange
from handlers.tickets.clocks import wind
from handlers.tickets.draft import Draft, written_down
from handlers.tickets.staff_complaints import hear
from models.hotline import HotlineOrder
from models.person import Person
from models.status_moves import NOTE
from models.ticket import SYSTEM, Source, Ticket

LIMIT = "history.limit_hotline"


@dataclass(frozen=True, slots=True)
class Taken:
    """Numbers of new, joined and already known orders."""

    new: int = 0
    joined: int = 0
    known: int = 0


def take(change: Change, orders: list[Order]) -> Taken:
    """Import orders in the caller's transaction. For a known order only the deadline is updated."""
    taken = Taken()
    for order in orders:
        before = change.session.scalar(select(HotlineOrder).where(HotlineOrder.number == order.number))
        if before:
            _deadline_moved(change, before, order)
            taken = replace(taken, known=taken.known + 1)
            continue
        joined = _taken(change, order)
        taken = replace(taken, joined=taken.joined + joined, new=taken.new + (not joined))
    return taken


def _deadline_moved(change: Change, before: HotlineOrder, order: Order) -> None:
    ticket = change.session.get_one(Ticket, before.ticket_id)
    if before.deadline != order.deadline and ticket.ended_at is None:  # ended tickets keep their result
        before.deadline = order.deadline
        limit(change, ticket, order.number, order.deadline, LIMIT)
        note = change.town.say("history.hotline_deadline", number=order.number)
        ticket.apply(NOTE, by=SYSTEM, at=change.now, note=note)
        wind(change, ticket)


def _taken(change: Change, order: Order) -> bool:
    """Import a new order; returns whether it joined an existing ticket."""
    handler, caller = change.session.get_one(Person, order.handler_id), _caller(change)
    draft = _draft(change, order, caller)
    same = find(UnansweredChange(change.session, change.town, change.now, caller), draft)
    ticket = (
        same.ticket if same else promised_ticket(change, draft, caller, handler, order.deadline, LIMIT, order.number)
    )
    if same:
        _join(change, ticket, order)
    change.session.add(
        HotlineOrder(
            number=order.number,
            ticket_id=ticket.id,
            handler_id=handler.id,
            deadline=order.deadline,
            taken_at=change.now,
            joined=same is not None,
            truth="",
        )
    )
    change.session.flush()
    return same is not None


def _caller(change: Change) -> Person:
    """The caller, as a Person without a chat.

    The handler must not be the reporter: they could confirm their own work, and read a complaint about themselves.
    """
    caller = Person(following=False, last_inbound_at=change.now)
    change.session.add(caller)
    change.session.flush()
    return caller


def _join(change: Change, ticket: Ticket, order: Order) -> None:
    """Join an order to a ticket: the earlier deadline counts, and the team gets the caller's words."""
    hear(change, ticket, order.text)
    ticket.apply(NOTE, by=SYSTEM, at=change.now, note=change.town.say("history.hotline_joined", number=order.number))
    if ticket.handle_by is None or order.deadline < ticket.handle_by:
        limit(change, ticket, order.number, order.deadline, LIMIT)
        wind(change, ticket)
    notify(change.session, change.town, ticket, "supplement", change.now, note=order.text)


def _draft(change: Change, order: Order, caller: Person) -> Draft:
    whole = f"{order.address}，{order.text}" if order.address and order.address not in order.text else order.text
    seen = change.town.reader.understand(whole)
    draft = written_down(order.text, seen, Source.HOTLINE)
    return locate.place(UnansweredChange(change.session, change.town, change.now, caller), draft, seen)


def order_of(session: Session, ticket: Ticket) -> list[HotlineOrder]:
    return list(session.scalars(select(HotlineOrder).where(HotlineOrder.ticket_id == ticket.id)))
