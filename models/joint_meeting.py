"""议事: a community's monthly meeting with the stuck tickets on its agenda. Decisions are stored as promises."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Meeting(Base):
    """社区, 物业 and 业委会 of one community, once a month."""

    __tablename__ = "meetings"
    __table_args__ = (UniqueConstraint("community", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    community: Mapped[str] = mapped_column(ForeignKey("grids.code"))
    month: Mapped[str]
    """2026-11"""
    opened_at: Mapped[datetime]


class Matter(Base):
    """One ticket on the agenda. If it is not decided and still stuck, it comes again next month."""

    __tablename__ = "matters"
    __table_args__ = (UniqueConstraint("meeting_id", "number"), UniqueConstraint("meeting_id", "ticket_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    number: Mapped[int]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    why: Mapped[str]
    """Why it is stuck, joined by `;`"""
    decision: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
