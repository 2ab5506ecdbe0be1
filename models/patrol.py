"""巡查: the points of a grid's rounds, and who was at which of them when."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PatrolPoint(Base):
    """One point of a round, out of the world's files. What is no longer in them is left out of new rounds."""

    __tablename__ = "patrol_points"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """What its QR says"""
    grid: Mapped[str] = mapped_column(ForeignKey("grids.code"), index=True)
    name: Mapped[str]
    lat: Mapped[float]
    lng: Mapped[float]
    times: Mapped[str]
    """Of each day's rounds: 08:00-11:00;15:00-18:00"""
    left_out: Mapped[bool]


class CheckIn(Base):
    """Somebody was there."""

    __tablename__ = "check_ins"
    __table_args__ = (Index("ix_check_ins_point_id_at", "point_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("patrol_points.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]
    by_pin: Mapped[bool]
    """By where the telephone was; else by the point's code"""
