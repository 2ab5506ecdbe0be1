"""What residents are told ahead: a planned outage, and who asked about it while it lasted."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Announcement(Base):
    """One announcement. Nobody hears of it before `confirmed_at`; reports of it are answered until `ends_at`."""

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    written_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    written_at: Mapped[datetime]
    text: Mapped[str]
    places: Mapped[list[int]] = mapped_column(JSON)
    where: Mapped[str]
    """Its places, as people call them"""
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
    """To so many it was written"""


class AnnouncementAnswer(Base):
    """Somebody reported what was announced: answered with it, and counted instead of filed."""

    __tablename__ = "announcement_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    at: Mapped[datetime]
