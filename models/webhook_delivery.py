"""The outbox for subscribed systems: a row for each change and subscriber, in the change's own transaction."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.base import Base, partial_index
from models.bulk_insert import Values, defaults_of
from models.push import Due
from models.ticket import TicketEvent

Lines = dict[type[DeclarativeBase], list[Values]]


class Delivery(Due, Base):
    """One change for one subscriber. The ticket's fields are read when it is sent."""

    __tablename__ = "deliveries"
    __table_args__ = (
        partial_index("ix_deliveries_due_at", "due_at", where="due_at IS NOT NULL"),
        Index("ix_deliveries_finished_at", "finished_at"),
    )

    subscriber: Mapped[str]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    move: Mapped[str]


def telling_subscribers(moves_of: Mapping[str, Sequence[str]]) -> Callable[[Lines], None]:
    """A session's `watch`: adds a delivery for each event and each subscriber of its move.

    `moves_of`: subscriber's name → its moves; empty means all moves.
    """

    def watch(lines: Lines) -> None:
        for happened in lines.get(TicketEvent, ()):
            told = (name for name, moves in moves_of.items() if not moves or happened["move"] in moves)
            lines[Delivery].extend(_delivery(name, happened) for name in told)

    return watch


def _delivery(name: str, happened: Mapping[str, Any]) -> Values:
    about = {"subscriber": name, "ticket_id": happened["ticket_id"], "move": happened["move"]}
    key = f"{name}:{secrets.token_hex(12)}"
    return defaults_of(Delivery) | about | {"key": key, "due_at": happened["at"], "created_at": happened["at"]}
