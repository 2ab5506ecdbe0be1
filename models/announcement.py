"""Announcements to residents, such as a planned outage, and the reports that they answered."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Announcement(Base):
    """One announcement. It is sent after `confirmed_at`; until `ends_at` it answers reports of the same thing."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    written_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    written_at: Mapped[datetime]
    text: Mapped[str]
    places: Mapped[list[int]] = mapped_column(JSON)
    where: Mapped[str]
    """Names of its places, as people say them"""
    building: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    item: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    send_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    reached: Mapped[int] = mapped_column(default=0)
    """Number of recipients"""


class AnnouncementAnswer(Base):
    """A report of what was announced: answered with the announcement and counted, not filed as a ticket."""

    __tablename__ = "announcement_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
