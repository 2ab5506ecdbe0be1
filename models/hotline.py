"""12345: orders of the hotline, the ticket that each became or joined, and the reply to the hotline."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Truth(StrEnum):
    """诉求属实: whether the caller's claim is true; empty until somebody has checked."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"


class HotlineOrder(Base):
    """One order. The hotline gives its number and its deadline, which is the ticket's deadline too."""

    __tablename__ = "hotline_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    handler_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    deadline: Mapped[datetime]
    taken_at: Mapped[datetime]
    joined: Mapped[bool]
    """Residents had already reported it, so the order was joined to their ticket"""
    truth: Mapped[str] = mapped_column(default="")
    returned_at: Mapped[datetime | None]
