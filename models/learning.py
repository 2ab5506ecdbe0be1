"""What people corrected: labelled examples that the next training takes in."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Correction(Base):
    """Somebody said that a ticket belongs to another category. One a ticket: the last word counts."""

    __tablename__ = "corrections"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    text: Mapped[str]
    category: Mapped[str]
    by_role: Mapped[str]
    by_person: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
