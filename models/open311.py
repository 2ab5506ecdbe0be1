"""Open311: requests from other platforms, and the ticket that each became or joined."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Open311Request(Base):
    """One request. If it had no ticket number at once, its client asks for it by the token."""

    __tablename__ = "open311_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    client: Mapped[str]
    """The client's name in `open311.keys`"""
    account: Mapped[str] = mapped_column(default="", index=True)
    """A hash of the sender's account, to recognize their next request; empty after their data are erased"""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
