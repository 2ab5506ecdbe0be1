"""公示: a month's public notice; each line contains the hash of the line before, so that changes are noticed.

There are no foreign keys to tickets: when a ticket is deleted, its line must stay.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Notice(Base):
    """One month of the whole town. Its hash covers the hash before, the compounds' figures and the last line's hash."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(unique=True)
    """2026-11"""
    cut_at: Mapped[datetime]
    """The month's end: later events are not included"""
    last_event: Mapped[int]
    """The id of the last event included"""
    issued_at: Mapped[datetime]
    lines: Mapped[int]
    before: Mapped[str]
    """The previous notice's hash; empty for the first"""
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
    """One ticket that had events in the month, and its state at the month's end."""

    __tablename__ = "notice_lines"
    __table_args__ = (UniqueConstraint("notice_id", "position"), Index("ix_notice_lines_ticket_id", "ticket_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    position: Mapped[int]
    ticket_id: Mapped[int]
    number: Mapped[str]
    events: Mapped[int]
    """Number of events in its history"""
    history: Mapped[str]
    """A hash of these"""
    facts: Mapped[str]
    """A hash of the ticket's own fields"""
    hash: Mapped[str]
    """A hash of this line and of the line before"""
