"""Read a ticket's history inside a transaction, including lines that are not written yet."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from models.deferred_inserts import AppendingSession
from models.prepared_statements import Prepared
from models.ticket import TicketEvent

_LATEST = Prepared[tuple[int | None]](
    select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == bindparam("ticket"))
)


def latest_event(session: Session, ticket_id: int) -> int:
    """The id of its last event, written or not; 0 if it has none."""
    lines = session.lines.get(TicketEvent, ()) if isinstance(session, AppendingSession) else ()
    unwritten = next((line["id"] for line in reversed(lines) if line["ticket_id"] == ticket_id), None)
    return unwritten or _LATEST.scalar(session, {"ticket": ticket_id}) or 0
