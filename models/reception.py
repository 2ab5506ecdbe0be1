"""接待日: series of sessions in a compound, and the residents' demands at each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, partial_index

_STANDS = "cancelled_at IS NULL"


_STANDS = "cancelled_at IS NULL"


class Settled(StrEnum):
    """The result of a demand in the session; empty before it."""

    ON_SPOT = "on_spot"
    PROMISED = "promised"
    ABSENT = "absent"
    """Booked, but did not come"""
    TAKEN_BACK = "taken_back"


class ReceptionSeries(Base):
    """「每月5日、20日 18:00-20:00」 in one compound, with the person who receives residents."""

    __tablename__ = "reception_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    month_days: Mapped[str] = mapped_column(default="")
    """Days of the month, joined by `;`"""
    weekdays: Mapped[str] = mapped_column(default="")
    """1 is Monday, joined by `;`"""
    begins: Mapped[str]
    """Local time, 18:00"""
    ends: Mapped[str]
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Reception(Base):
    """One session. A series' sessions are written some weeks ahead."""

    __tablename__ = "receptions"
    __table_args__ = (
        Index(
            "ix_receptions_place_id_starts_at",
            "place_id",
            "starts_at",
            unique=True,
            sqlite_where=text(_STANDS),
            postgresql_where=text(_STANDS),
        ),
        partial_index("ix_receptions_receiver_id_starts_at", "receiver_id", "starts_at", where=_STANDS),
        Index("ix_receptions_series_id", "series_id", "starts_at"),
        Index("ix_receptions_starts_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("reception_series.id", ondelete="SET NULL"))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Demand(Base):
    """One resident's demand: booked before, or told at the session."""

    __tablename__ = "reception_demands"
    __table_args__ = (UniqueConstraint("reception_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    reception_id: Mapped[int] = mapped_column(ForeignKey("receptions.id", ondelete="CASCADE"))
    number: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Empty for somebody who came without a booking"""
    text: Mapped[str]
    comes_at: Mapped[datetime | None]
    booked_at: Mapped[datetime | None]
    settled: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    entered_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """The ticket of the promise; or one that was filed because the demand was not settled after all"""
    confirmed: Mapped[bool | None]
    """Whether the resident, asked afterwards, confirmed the result"""
