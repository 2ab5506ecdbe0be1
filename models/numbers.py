"""Numbers of rows that must be known before the rows are written: a ticket's stands in its events and pushes."""

from sqlalchemy import Sequence, func, select
from sqlalchemy.orm import Session

from models.ticket import Ticket

_KEPT = "last_ticket_number"
_SEQUENCE = Sequence("tickets_id_seq")
_LAST = select(func.max(Ticket.id))


def next_ticket_id(session: Session) -> int:
    """An id that nobody else gets. SQLite has one writer, so counting on is enough."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        given: int = connection.scalar(_SEQUENCE)
        return given
    transaction, last = session.info.get(_KEPT, (None, 0))
    if transaction is not session.get_transaction():
        last = connection.scalar(_LAST) or 0
    number: int = last + 1
    session.info[_KEPT] = session.get_transaction(), number
    return number
