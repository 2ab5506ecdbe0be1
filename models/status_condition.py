"""How tickets stand, as a condition."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, literal_column

from models.moves import Status
from models.ticket import Ticket


def stands(statuses: Iterable[Status]) -> ColumnElement[bool]:
    """One of these statuses, said in words: a list of values would be spelled out at every execution."""
    return Ticket.status.in_([literal_column(f"'{status.value}'") for status in sorted(statuses)])
