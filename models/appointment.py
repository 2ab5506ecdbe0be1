"""预约上门: visits that one side proposes and the other accepts. A visit that is changed keeps its row."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, partial_index


class VisitEnd(StrEnum):
    """How a visit ended; empty while it is still planned."""

    CHANGED = "changed"
    MISSED = "missed"
    """Agreed, but nobody checked in"""
    KEPT = "kept"


class Appointment(Base):
    """One proposed visit to a ticket's place."""

    __tablename__ = "appointments"
    __table_args__ = (partial_index("ix_appointments_standing", "ticket_id", where="outcome = ''"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    by_staff: Mapped[bool]
    """Proposed by staff; false: the resident said when they are at home"""
    proposed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """Empty if only a start was given"""
    agreed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
