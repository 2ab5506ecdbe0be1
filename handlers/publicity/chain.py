"""The chain: how a ticket, its history, a line and a month become hashes."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from models.publicity import Notice, NoticeCompound, NoticeLine
from models.ticket import Ticket, TicketEvent

_FACTS = (
    Ticket.number, Ticket.status, Ticket.source, Ticket.category, Ticket.item, Ticket.urgent, Ticket.red_flag,
    Ticket.place_id, Ticket.building, Ticket.created_at, Ticket.accepted_at, Ticket.handle_by, Ticket.resolved_at,
    Ticket.ended_at, Ticket.closing, Ticket.rating, Ticket.returns, Ticket.reopenings,
)  # fmt: skip
"""What changes with a line in the history alone"""
_EVENT = (
    TicketEvent.id, TicketEvent.move, TicketEvent.by_role, TicketEvent.by_person, TicketEvent.at, TicketEvent.before,
    TicketEvent.after, TicketEvent.team, TicketEvent.level,
)  # fmt: skip
"""All of an event but its words: those go where somebody is forgotten"""
LINES: Select[*tuple[Any, ...]] = select(
    NoticeLine.position, NoticeLine.ticket_id, NoticeLine.number, NoticeLine.events, NoticeLine.history,
    NoticeLine.facts, NoticeLine.hash,
).order_by(NoticeLine.position)  # fmt: skip
FACTS: Select[*tuple[Any, ...]] = select(Ticket.id, *_FACTS).order_by(Ticket.id)
_AT_A_TIME = 2000


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""One for all: millions of values are written when five years are verified"""


def digest(values: Iterable[Any]) -> str:
    """Of values in their order; what one of them is can't be moved into the next."""
    return _hash_of(_JSON.encode([_plain(value) for value in values]))


def _hash_of(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401  (whatever a column holds)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def facts_of(row: Row[*tuple[Any, ...]]) -> str:
    """Of a row of FACTS."""
    return digest(row[1:])


def histories(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[tuple[int, list[Row[*tuple[Any, ...]]]]]:
    """Each ticket's events in their order, one ticket after the other."""
    rows = session.execute(
        query.order_by(TicketEvent.ticket_id, TicketEvent.id).execution_options(yield_per=_AT_A_TIME)
    )
    for ticket, events in groupby(rows, key=lambda row: row[0]):
        yield ticket, list(events)


def of_events() -> Select[*tuple[Any, ...]]:
    return select(TicketEvent.ticket_id, *_EVENT)


def written(event: Row[*tuple[Any, ...]]) -> str:
    """An event's part of what a history's hash is of."""
    return _JSON.encode([_plain(value) for value in event[1:]])[1:-1]


def history_of(events: Iterable[str]) -> str:
    """Of events as they are written: one list of all their values."""
    return _hash_of(f"[{','.join(events)}]")


def line_hash(line: NoticeLine | Row[*tuple[Any, ...]], before: str) -> str:
    """Of a line, or of a row of LINES."""
    told = (line.position, line.ticket_id, line.number, line.events, line.history, line.facts)
    return digest((before, *told))


def compound_hash(compound: NoticeCompound) -> str:
    return digest((compound.place_id, compound.name, compound.figures))


def notice_hash(notice: Notice, compounds: Iterable[NoticeCompound], last_line: str) -> str:
    of_compounds = [compound_hash(each) for each in compounds]
    told = (notice.month, notice.cut_at, notice.last_event, notice.issued_at, notice.lines)
    return digest((notice.before, *told, *of_compounds, last_line))
