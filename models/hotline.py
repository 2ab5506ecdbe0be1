"""12345: an order of the hotline, the ticket that it became or joined, and what goes back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Truth(StrEnum):
    """诉求属实: whether it was as the caller said; empty while nobody has looked."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"


class HotlineOrder(Base):
    """One order. Its number and deadline are the hotline's; the clock of its ticket is set by them."""

    __tablename__ = "hotline_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    handler_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    deadline: Mapped[datetime]
    taken_at: Mapped[datetime]
    joined: Mapped[bool]
    """Residents had told us already: it belongs to their ticket"""
    truth: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[datetime | None]
