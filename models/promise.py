"""承诺: what somebody promised to do by a day. The ticket's deadline is the promise; here is who gave it, and where."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.status_moves import Status
from models.ticket import Ticket


class Practice(StrEnum):
    """A practice that a town may have besides handling tickets."""

    RECEPTION = "reception"
    PUBLICITY = "publicity"
    COUNCIL = "council"
    HOTLINE = "hotline"
    VOLUNTEERS = "volunteers"
    PATROLS = "patrols"
    VISITS = "visits"
    SCORES = "scores"
    VOICES = "voices"


class Promise(Base):
    """One promise. Never changed: whether it was kept is read from its ticket."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_place_id_until", "place_id", "until"),
        Index("ix_promises_practice_subject_id", "practice", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    practice: Mapped[str]
    subject_id: Mapped[int]
    """The demand or the item of the agenda for which it was given"""
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    promised_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    promiser: Mapped[str]
    """The name of the person or organization that promised, as people say it"""
    words: Mapped[str]
    until: Mapped[datetime]
    made_at: Mapped[datetime]


_NOT_NEEDED = (Status.WITHDRAWN.value, Status.MERGED.value)


def is_kept() -> ColumnElement[bool]:
    """Its ticket was resolved in time and not reopened."""
    return and_(Ticket.resolved_at.is_not(None), Ticket.resolved_at <= Promise.until)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Kept already, or its day is over. Promises on withdrawn tickets don't count."""
    return and_(Ticket.status.not_in(_NOT_NEEDED), or_(is_kept(), Promise.until < now))


def is_broken(now: datetime) -> ColumnElement[bool]:
    late = or_(Ticket.resolved_at.is_(None), Ticket.resolved_at > Promise.until)
    return and_(Ticket.status.not_in(_NOT_NEEDED), Promise.until < now, late)
