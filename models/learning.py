"""Corrections by people: labelled examples for the next training."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Correction(Base):
    """A person's correction of a ticket's category. One for each ticket: the last one counts."""

    __tablename__ = "corrections"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    text: Mapped[str]
    category: Mapped[str]
    by_role: Mapped[str]
    by_person: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
