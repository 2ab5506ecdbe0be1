"""预约上门: when somebody comes to look, as one side proposed it and the other agreed. A changed one keeps its line."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, partial_index


class VisitEnd(StrEnum):
    """What became of a visit; empty while it stands."""

    CHANGED = "changed"
    MISSED = "missed"
    """Agreed, and nobody reported in"""
    KEPT = "kept"


class Appointment(Base):
    """One proposed visit to a ticket's place."""

    __tablename__ = "appointments"
    __table_args__ = (partial_index("ix_appointments_standing", "ticket_id", where="outcome = ''"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    by_staff: Mapped[bool]
    """Else the resident said when they are at home"""
    proposed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    proposed_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """Empty where only a moment was said"""
    agreed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
