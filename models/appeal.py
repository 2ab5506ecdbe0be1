"""申诉: a team says that a closed ticket should not count against it. The statistic may change, the fact never does."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, exists
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ticket import Ticket


class Appeal(Base):
    """One for a ticket, ever. Decided as soon as two persons above say the same."""

    __tablename__ = "appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    team: Mapped[str] = mapped_column(ForeignKey("teams.code"))
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    decided_at: Mapped[datetime | None]
    upheld: Mapped[bool | None]

    votes: Mapped[list["AppealVote"]] = relationship(cascade="all, delete-orphan", order_by="AppealVote.at")


class AppealVote(Base):
    """What one person above says, and why."""

    __tablename__ = "appeal_votes"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    upholds: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


def was_appealed() -> ColumnElement[bool]:
    """It was found that the ticket should not count."""
    return exists().where(Appeal.ticket_id == Ticket.id, Appeal.upheld.is_(True)).correlate(Ticket)
