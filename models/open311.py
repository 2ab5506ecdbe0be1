"""Open311: a request that came through another platform, and the ticket that it became or joined."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Open311Request(Base):
    """One request. Its sender asks for its number by the token, where it had none at once."""

    __tablename__ = "open311_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    client: Mapped[str]
    """Under which name of `open311.keys` it came"""
    account: Mapped[str] = mapped_column(default="", index=True)
    """A hash of who sent it there, by which their next request is known as theirs; empty once they are forgotten"""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
