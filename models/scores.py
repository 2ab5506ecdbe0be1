"""考评: contested points, companies' ratings of their community, and residents' thanks."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.ticket import Ticket


class ScoreContest(Base):
    """At most one for each ticket: its points are contested, and a supervisor decides."""

    __tablename__ = "score_contests"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    side: Mapped[str]
    subject: Mapped[str]
    """The team's or the grid's code"""
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    reason: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    upheld: Mapped[bool | None]
    decision: Mapped[str] = mapped_column(default="")


class CommunityRating(Base):
    """One company's rating of its community for a quarter; the last one counts."""

    __tablename__ = "community_ratings"
    __table_args__ = (UniqueConstraint("team", "community", "quarter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(ForeignKey("teams.code"))
    community: Mapped[str] = mapped_column(ForeignKey("grids.code"), index=True)
    quarter: Mapped[str]
    """2026-4"""
    points: Mapped[int]
    """1 to 5"""
    words: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class Thanks(Base):
    """A resident's thanks to the person who did the work, once for each ticket."""

    __tablename__ = "thanks"
    __table_args__ = (UniqueConstraint("ticket_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    words: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


def was_struck() -> ColumnElement[bool]:
    """Tickets with a granted contest, whose points don't count."""
    return exists().where(ScoreContest.ticket_id == Ticket.id, ScoreContest.upheld.is_(True)).correlate(Ticket)
