"""New tickets are written in bulk: all that one transaction files in one statement, and their helpers in another.

Through the unit of work a ticket and its helpers cost several times what the database takes for them. Afterwards they
are objects of the session like any other.
"""

from typing import cast

from sqlalchemy import Table, event, insert
from sqlalchemy.orm import Session, make_transient_to_detached, sessionmaker
from sqlalchemy.orm.attributes import get_history, instance_dict, set_committed_value

from models.appending import Values, append, defaults_of
from models.support import Support
from models.ticket import Ticket

_TICKETS = insert(cast("Table", Ticket.__table__))
_FIRST_VERSION = 1


def filing_in_bulk(session_maker: sessionmaker[Session]) -> None:
    """Tickets that have their number before they are written (models.numbers) go this way."""
    event.listen(session_maker, "before_flush", lambda session, _context, _objects: _file(session))


def _file(session: Session) -> None:
    tickets = [row for row in session.new if isinstance(row, Ticket) and _is_ready(row)]
    if not tickets:
        return
    rows = [_values(ticket, Ticket) | {"id": ticket.id, "version": _FIRST_VERSION} for ticket in tickets]
    session.connection().execute(_TICKETS, rows)
    for ticket, row in zip(tickets, rows, strict=True):
        for helper in ticket.support:
            append(session, Support, **_values(helper, Support) | {"ticket_id": ticket.id})
        _make_stored(session, ticket, row)


def _is_ready(ticket: Ticket) -> bool:
    """Its history is not part of it any more (Ticket.apply)."""
    return ticket.id is not None and not get_history(ticket, "events").added


def _values(row: Ticket | Support, kind: type[Ticket | Support]) -> Values:
    given, columns = instance_dict(row), defaults_of(kind)
    return columns | {name: given[name] for name in columns if name in given}


def _make_stored(session: Session, ticket: Ticket, written: Values) -> None:
    """An object like one that was read, with the values that were written; its helpers are read when asked for."""
    session.expunge(ticket)
    for name in written.keys() - instance_dict(ticket).keys():
        set_committed_value(ticket, name, written[name])
    set_committed_value(ticket, "support", [])
    make_transient_to_detached(ticket)
    session.add(ticket)
    session.expire(ticket, ["support"])
