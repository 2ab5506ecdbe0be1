"""Residents who wait for one outcome: the reporter, and the neighbours who joined; each has a word in the end."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

NOT_SOLVED = 0
"""The vote 没解决; 1 to 3 are solved, and how satisfied"""


class Follower(Base):
    """One resident of one ticket: what they reported themselves, and how they answered 「解决了吗」."""

    __tablename__ = "followers"
    __table_args__ = (
        UniqueConstraint("person_id", "ticket_id"),
        Index("ix_followers_ticket_id_joined_at", "ticket_id", "joined_at"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    joined_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(default="")
    """Their own words; the reporter's stand on the ticket"""
    vote: Mapped[int | None]
    voted_at: Mapped[datetime | None]

    @property
    def confirms(self) -> bool:
        """Says that it is solved."""
        return bool(self.vote)
