"""The hash chain: hashes of tickets, histories, lines and months."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, Select, String, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.base import UtcDateTime
from models.public_notice import Notice, NoticeCompound, NoticeLine
from models.ticket import Ticket, TicketEvent

_FACTS = (
    Ticket.number, Ticket.status, Ticket.source, Ticket.category, Ticket.item, Ticket.urgent, Ticket.red_flag,
    Ticket.place_id, Ticket.building, Ticket.created_at, Ticket.accepted_at, Ticket.handle_by, Ticket.resolved_at,
    Ticket.ended_at, Ticket.closing, Ticket.rating, Ticket.returns, Ticket.reopenings,
)  # fmt: skip
"""Columns that never change without a new history row"""
_EVENT = (
    TicketEvent.id, TicketEvent.move, TicketEvent.by_role, TicketEvent.by_person, TicketEvent.at, TicketEvent.before,
    TicketEvent.after, TicketEvent.team, TicketEvent.level,
)  # fmt: skip
"""All columns of an event but its words, which an erasure deletes"""
LINES: Select[*tuple[Any, ...]] = select(
    NoticeLine.position, NoticeLine.ticket_id, NoticeLine.number, NoticeLine.events, NoticeLine.history,
    NoticeLine.facts, NoticeLine.hash,
).order_by(NoticeLine.position)  # fmt: skip
_AT_A_TIME = 250


class _Iso(FunctionElement[str]):
    """A time in the format that is hashed, made by the database: converting a million in Python takes twice as long."""

    name = "iso"
    type = String()
    inherit_cache = True


@compiles(_Iso, "sqlite")
def _from_text(element: _Iso, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  (what SQLAlchemy hands on)
    """SQLite stores it as text in UTC, always with six decimals."""
    return f"replace(replace({compiler.process(element.clauses, **how)}, ' ', 'T'), '.000000', '') || '+00:00'"


@compiles(_Iso, "postgresql")
def _from_moment(element: _Iso, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401  (what SQLAlchemy hands on)
    at = f"timezone('UTC', {compiler.process(element.clauses, **how)})"
    return f"""replace(to_char({at}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00'"""


def _iso(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_iso)
"""One shared encoder, for speed: verifying five years encodes hundreds of thousands of lists"""


def digest(values: Sequence[Any]) -> str:
    """The hash of values in order. JSON keeps their borders: no part of one can be moved into the next."""
    return hashlib.sha256(_JSON.encode(values).encode()).hexdigest()


def _read(columns: Iterable[InstrumentedAttribute[Any]]) -> Iterator[Any]:
    """The columns, times as text."""
    for each in columns:
        yield _Iso(each).label(each.key) if isinstance(each.type, UtcDateTime) else each


LISTED: Select[*tuple[Any, ...]] = (
    select(
        *(NoticeLine.ticket_id, Notice.month, Notice.last_event, NoticeLine.number),
        *(NoticeLine.events, NoticeLine.history, NoticeLine.facts),
    )
    .join(Notice, Notice.id == NoticeLine.notice_id)
    .order_by(NoticeLine.ticket_id, NoticeLine.notice_id)
)
"""Published lines, by ticket"""
FACTS: Select[*tuple[Any, ...]] = select(Ticket.id, *_read(_FACTS)).order_by(Ticket.id)
EVENTS: Select[*tuple[Any, ...]] = select(TicketEvent.ticket_id, *_read(_EVENT))


def rows_of(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Row[*tuple[Any, ...]]]:
    """Stream plain rows, bypassing the ORM."""
    for some in session.connection().execute(query.execution_options(yield_per=_AT_A_TIME)).partitions():
        yield from some


def facts_of(row: Row[*tuple[Any, ...]]) -> str:
    """The hash of a row of FACTS."""
    return digest(row[1:])


@dataclass(frozen=True, slots=True)
class History:
    """A ticket's events in order."""

    ticket: int
    ids: Sequence[int]
    told: Sequence[Any]
    """All values of all events, one after the other"""
    status: str
    """The status after the last event"""

    def hash(self, events: int) -> str:
        """The hash of the first so many events."""
        return digest(self.told[: events * len(_EVENT)])


def histories(session: Session, query: Select[*tuple[Any, ...]] = EVENTS) -> Iterator[History]:
    """The histories, ordered by ticket."""
    rows = rows_of(session, query.order_by(TicketEvent.ticket_id, TicketEvent.id))
    for ticket, events in groupby(rows, key=itemgetter(0)):
        lines = [event[1:] for event in events]
        yield History(ticket, [line[0] for line in lines], [*chain.from_iterable(lines)], lines[-1][_AFTER])


_AFTER = _EVENT.index(TicketEvent.after)


def line_hash(line: NoticeLine | Row[*tuple[Any, ...]], before: str) -> str:
    """The hash of a line, or of a row of LINES."""
    return digest((before, line.position, line.ticket_id, line.number, line.events, line.history, line.facts))


def compound_hash(compound: NoticeCompound) -> str:
    return digest((compound.place_id, compound.name, compound.figures))


def notice_hash(notice: Notice, compounds: Iterable[NoticeCompound], last_line: str) -> str:
    of_compounds = [compound_hash(each) for each in compounds]
    told = (notice.month, notice.cut_at, notice.last_event, notice.issued_at, notice.lines)
    return digest((notice.before, *told, *of_compounds, last_line))
