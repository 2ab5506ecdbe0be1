"""Residents who follow a ticket: the reporter and the neighbours who joined; each votes whether it is solved."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOT_SOLVED = 0
"""The vote 没解决; 1 to 3 mean solved, and rate the satisfaction"""


class Follower(Base):
    """One resident of one ticket: their own report, and their answer to 「解决了吗」."""

    __tablename__ = "followers"
    __table_args__ = (
        UniqueConstraint("person_id", "ticket_id"),
        Index("ix_followers_ticket_id_joined_at", "ticket_id", "joined_at"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    joined_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(default="")
    """Their own words; the reporter's words are on the ticket"""
    vote: Mapped[int | None]
    voted_at: Mapped[datetime | None]

    @property
    def confirms(self) -> bool:
        """Whether they said that it is solved."""
        return bool(self.vote)
