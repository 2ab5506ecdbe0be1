"""The history that a replay needs: when each promise began, when its clock stopped, when the work was done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.approval import Approval, Question, Wish
from models.calendar import Span
from models.status_moves import DISPATCH, ESCALATE, REOPEN, RESUME, SUSPEND, UNJUDGED
from models.ticket import Ticket, TicketEvent

_ANEW = frozenset({REOPEN.name, ESCALATE.name})
_TOLD = (DISPATCH.name, *sorted(_ANEW), SUSPEND.name, RESUME.name)

Stops = list[tuple[datetime, datetime]]
Rows: TypeAlias = Select[*tuple[Any, ...]]


@dataclass(slots=True)
class Past:
    """The facts of a ticket that its promise depends on, and when it was finished."""

    id: int
    category: str
    item: str
    urgent: bool
    red_flag: bool
    text: str
    team: str | None
    level: str
    climbs: int
    began: datetime
    promised: datetime | None
    ended: datetime
    """When it was resolved; for an open ticket, when its clocks stopped, else now"""
    is_open: bool
    stops: Stops = field(default_factory=list)
    extensions: list[Span] = field(default_factory=list)


def past_of(session: Session, scope: ColumnElement[bool], now: datetime) -> Iterable[Past]:
    """The tickets of a scope, without those that nobody had to finish (UNJUDGED)."""
    found = {row.id: _of(row, now) for row in session.execute(_columns(scope))}
    # A restarted promise (重办, 上报) counts from its restart, as the real one did.
    history = _history(session, scope)
    for ticket, at in _restarts(history):
        found[ticket].began = max(found[ticket].began, at)
    for ticket, begins, ends in [*_suspensions(history, now), *_questions(session, scope, now)]:
        past = found[ticket]
        if begins >= past.began and begins < past.ended:
            past.stops.append((begins, min(ends, past.ended)))
    granted = (Approval.wish == Wish.EXTEND.value) & Approval.granted.is_(True)
    extended = select(Approval.ticket_id, Approval.span, Approval.decided_at).where(granted)
    for ticket, span, at in session.execute(_within(extended, Approval.ticket_id, scope).order_by(Approval.id)):
        if at >= found[ticket].began:
            found[ticket].extensions.append(Span.parse(span))
    return found.values()


def _columns(scope: ColumnElement[bool]) -> Rows:
    # Limits with words need the text; no other words of people are read.
    unjudged = [status.value for status in UNJUDGED]
    return select(
        Ticket.id, Ticket.category, Ticket.item, Ticket.urgent, Ticket.red_flag, Ticket.text, Ticket.team, Ticket.level,
        Ticket.climbs, Ticket.created_at, Ticket.handle_by, Ticket.resolved_at, Ticket.ended_at, Ticket.stopped_at,
    ).where(scope, Ticket.status.not_in(unjudged))  # fmt: skip


def _of(row: Row[*tuple[Any, ...]], now: datetime) -> Past:
    finished = row.resolved_at or row.ended_at
    return Past(
        id=row.id,
        category=row.category,
        item=row.item,
        urgent=row.urgent,
        red_flag=bool(row.red_flag),
        text=row.text,
        team=row.team,
        level=row.level,
        climbs=row.climbs,
        began=row.created_at,
        promised=row.handle_by,
        ended=finished or row.stopped_at or now,
        is_open=finished is None,
    )


def _within(found: Rows, ticket: InstrumentedAttribute[int], scope: ColumnElement[bool]) -> Rows:
    unjudged = [status.value for status in UNJUDGED]
    return found.join(Ticket, Ticket.id == ticket).where(scope, Ticket.status.not_in(unjudged))


def _history(session: Session, scope: ColumnElement[bool]) -> Sequence[Row[int, str, datetime]]:
    """The relevant moves in order. Grouping in SQL would scan the events of all years."""
    moves = select(TicketEvent.ticket_id, TicketEvent.move, TicketEvent.at).where(TicketEvent.move.in_(_TOLD))
    return session.execute(_within(moves, TicketEvent.ticket_id, scope).order_by(TicketEvent.id)).all()


def _restarts(history: Iterable[Row[int, str, datetime]]) -> Iterator[tuple[int, datetime]]:
    """When each promise began: at the first dispatch (which is later than filing, for the desk), or at a restart."""
    dispatched: set[int] = set()
    for ticket, move, at in history:
        if move in _ANEW or (move == DISPATCH.name and ticket not in dispatched):
            yield ticket, at
        if move == DISPATCH.name:
            dispatched.add(ticket)


def _suspensions(history: Iterable[Row[int, str, datetime]], now: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    begun: dict[int, datetime] = {}
    for ticket, move, at in history:
        if move == SUSPEND.name:
            begun[ticket] = at
        elif move == RESUME.name and ticket in begun:
            yield ticket, begun.pop(ticket), at
    yield from ((ticket, at, now) for ticket, at in begun.items())


def _questions(session: Session, scope: ColumnElement[bool], now: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    asked = select(Question.ticket_id, Question.asked_at, Question.closed_at)
    for ticket, begins, ends in session.execute(_within(asked, Question.ticket_id, scope)):
        yield ticket, begins, ends or now
