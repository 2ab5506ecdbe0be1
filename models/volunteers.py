"""志愿: volunteers of a compound, the calls to them, and their hours."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Volunteer(Base):
    """One person of one compound."""

    __tablename__ = "volunteers"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    since: Mapped[datetime]


class VolunteerCall(Base):
    """「招 3人 周六 9点 清楼道」."""

    __tablename__ = "volunteer_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    called_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    called_at: Mapped[datetime]
    needed: Mapped[int]
    starts_at: Mapped[datetime]
    words: Mapped[str]
    done_at: Mapped[datetime | None]


class VolunteerPart(Base):
    """One participant; `hours` is set when it is done."""

    __tablename__ = "volunteer_parts"

    call_id: Mapped[int] = mapped_column(ForeignKey("volunteer_calls.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime]
    hours: Mapped[float | None]
