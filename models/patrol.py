"""巡查: the points of a grid's rounds, and the check-ins at them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PatrolPoint(Base):
    """One point from the world's files. New rounds omit points that are no longer in the files."""

    __tablename__ = "patrol_points"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """The content of its QR code"""
    grid: Mapped[str] = mapped_column(ForeignKey("grids.code"), index=True)
    name: Mapped[str]
    lat: Mapped[float]
    lng: Mapped[float]
    times: Mapped[str]
    """Hours of each day's rounds: 08:00-11:00;15:00-18:00"""
    left_out: Mapped[bool]
    since: Mapped[datetime | None]
    """When it was added, or came back; empty: from the town's first round on"""


class CheckIn(Base):
    """One check-in at a point."""

    __tablename__ = "check_ins"
    __table_args__ = (Index("ix_check_ins_point_id_at", "point_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("patrol_points.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]
    by_pin: Mapped[bool]
    """Checked in by the telephone's location; else by the point's code"""
