"""A condition on the status of tickets."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, literal_column

from models.status_moves import Status
from models.ticket import Ticket


def stands(statuses: Iterable[Status]) -> ColumnElement[bool]:
    """One of these statuses, as literals: bound values would be expanded at every execution."""
    return Ticket.status.in_([literal_column(f"'{status.value}'") for status in sorted(statuses)])
