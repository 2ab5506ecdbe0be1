"""Tickets that messages name by number, read by one statement for the whole batch."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload

from handlers.notifications.audience import read_residents
from handlers.tickets.scope import Scope
from handlers.town.town import Town
from models.deferred_inserts import AppendingSession
from models.list_condition import one_of
from models.prebuilt_conditions import kept
from models.prepared_statements import Prepared
from models.ticket import Ticket

_NUMBER = re.compile(r"(?<!\d)\d{11}(?!\d)")
_NAMED = (
    select(Ticket)
    .where(one_of(Ticket.number, "numbers"))
    .options(joinedload(Ticket.support))  # a command on a ticket needs the helping teams
)


def read_named(session: Session, town: Town, texts: Iterable[str]) -> None:
    """Read ahead if several are named. The rows are valid until the transaction writes (AppendingSession)."""
    numbers = {number for text in texts for number in _NUMBER.findall(text)}
    if len(numbers) < 2 or not isinstance(session, AppendingSession):
        return
    found = session.scalars(_NAMED, {"numbers": sorted(numbers)}).unique().all()
    read_residents(session, town, [ticket.id for ticket in found])
    session.read_ahead.update({str(ticket.number): [ticket] for ticket in found} | {_NAMED: sorted(numbers)})


def named_in(session: Session, scope: Scope, number: str) -> list[Ticket]:
    """The ticket of this number, if it is in a scope."""
    ahead = session.read_ahead if isinstance(session, AppendingSession) else {}
    if any(inspect(ticket).modified for ticket in ahead.get(number, ())):  # its team may have changed since
        session.flush()
    if number not in _theirs(session, scope, number, ahead):
        return []
    return list(ahead.get(number) or session.scalars(_NAMED, {"numbers": [number]}).unique())


def _theirs(session: Session, scope: Scope, number: str, ahead: dict[Any, Sequence[Any]]) -> Sequence[str]:
    """Which of the numbers that were read ahead (or of this one number) are in a scope."""
    if number not in ahead:
        session.flush()
        return _in_scope(session, scope, [number])
    if scope not in ahead:
        ahead[scope] = _in_scope(session, scope, ahead[_NAMED])
    return ahead[scope]


def _in_scope(session: Session, scope: Scope, numbers: Sequence[str]) -> list[str]:
    return [number for (number,) in _numbered(scope).rows(session, {"numbers": numbers})]


@kept
def _numbered(scope: Scope) -> Prepared[tuple[str]]:
    return Prepared(select(Ticket.number).where(one_of(Ticket.number, "numbers"), scope))
