"""Subscription notices that people have accepted: one acceptance allows one notice, at any later time."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, partial_index


class Acceptance(Base):
    """One tap on 「允许」. Deleted when a notice has used it or the person revokes it in the platform's settings."""

    __tablename__ = "acceptances"
    __table_args__ = (partial_index("ix_acceptances_unused", "person_id", "template_id", where="used_at IS NULL"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    template_id: Mapped[str]
    """The platform's id of the notice"""
    accepted_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
