"""申诉: a team asks that a closed ticket does not count against it. A granted one changes figures, not the ticket."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, exists
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.ticket import Ticket


class Appeal(Base):
    """At most one for each ticket. Decided as soon as two supervisors vote the same."""

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
    """One supervisor's vote, with the reason."""

    __tablename__ = "appeal_votes"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    upholds: Mapped[bool]
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]


def was_appealed() -> ColumnElement[bool]:
    """Tickets with a granted appeal, which do not count."""
    return exists().where(Appeal.ticket_id == Ticket.id, Appeal.upheld.is_(True)).correlate(Ticket)
