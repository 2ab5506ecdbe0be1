"""Tickets that messages name by their numbers: read by one statement for all that are answered together."""

import re
from collections.abc import Iterable

from sqlalchemy import Select, bindparam, inspect, select
from sqlalchemy.orm import Session, joinedload

from handlers.notifications.audience import read_residents
from handlers.tickets.scope import Scope
from handlers.town.town import Town
from models.appending import AppendingSession
from models.kept import kept
from models.listed import one_of
from models.ticket import Ticket

_NUMBER = re.compile(r"(?<!\d)\d{11}(?!\d)")
_NAMED = (
    select(Ticket)
    .where(one_of(Ticket.number, "numbers"))
    .options(joinedload(Ticket.support))  # who names a ticket does something with it
)
"""With those who help"""


def read_named(session: Session, town: Town, texts: Iterable[str]) -> None:
    """Where several are named. It holds until the transaction writes something (AppendingSession)."""
    numbers = {number for text in texts for number in _NUMBER.findall(text)}
    if len(numbers) < 2 or not isinstance(session, AppendingSession):
        return
    found = session.scalars(_NAMED, {"numbers": sorted(numbers)}).unique().all()
    read_residents(session, town, [ticket.id for ticket in found])
    session.read_ahead.update({str(ticket.number): [ticket] for ticket in found})


def named_in(session: Session, scope: Scope, number: str) -> list[Ticket]:
    """The ticket of this number, if it is in a scope."""
    found = session.read_ahead.get(number) if isinstance(session, AppendingSession) else None
    if found is None or any(inspect(ticket).modified for ticket in found):  # its team may have changed since
        return list(session.scalars(_numbered(scope), {"numbers": [number]}).unique())
    is_theirs = session.connection().scalar(_is_in(scope), {"id": found[0].id})
    return list(found) if is_theirs else []


@kept
def _numbered(scope: Scope) -> Select[Ticket]:
    return _NAMED.where(scope).order_by(Ticket.id.desc())


@kept
def _is_in(scope: Scope) -> Select[int]:
    return select(Ticket.id).where(Ticket.id == bindparam("id"), scope)
