"""公示: what a month's public notice said, each line chained to the one before, so that none can be changed unseen.

Nothing here refers to the rows that it tells of: a ticket that vanishes must leave its line behind.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Notice(Base):
    """One month of the whole town. Its hash holds the one before, the compounds' figures and the last line's."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(unique=True)
    """2026-11"""
    cut_at: Mapped[datetime]
    """The month's end: nothing that happened later is told"""
    last_event: Mapped[int]
    """The latest event that was seen"""
    issued_at: Mapped[datetime]
    lines: Mapped[int]
    before: Mapped[str]
    """The hash of the notice before; empty for the first"""
    hash: Mapped[str]


class NoticeCompound(Base):
    """One compound's figures, as they were published."""

    __tablename__ = "notice_compounds"
    __table_args__ = (UniqueConstraint("notice_id", "place_id"), Index("ix_notice_compounds_place_id", "place_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    place_id: Mapped[int]
    name: Mapped[str]
    figures: Mapped[str]
    """JSON, its keys in order"""


class NoticeLine(Base):
    """One ticket to which something happened in the month: how it stood at the end of it."""

    __tablename__ = "notice_lines"
    __table_args__ = (UniqueConstraint("notice_id", "position"), Index("ix_notice_lines_ticket_id", "ticket_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    position: Mapped[int]
    ticket_id: Mapped[int]
    number: Mapped[str]
    events: Mapped[int]
    """How many events its history had"""
    history: Mapped[str]
    """A hash of these"""
    facts: Mapped[str]
    """A hash of the ticket's own fields"""
    hash: Mapped[str]
    """Of all this and of the line before"""
