"""走访: the private list of people who need regular visits, the visits, and who read the list.

Names and personal details are encrypted. The list is in no export, and no ticket refers to it.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.encrypted_columns import Sealed


class CaredFor(Base):
    """One person from the world's files. When they are removed from the files, only the counts of visits stay."""

    __tablename__ = "cared_for"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Sealed)
    address: Mapped[str] = mapped_column(Sealed)
    kind: Mapped[str] = mapped_column(Sealed)
    """独居老人, 困难"""
    phone: Mapped[str] = mapped_column(Sealed)
    grid: Mapped[str] = mapped_column(ForeignKey("grids.code"), index=True)
    every: Mapped[int]
    """Days from one visit to the next"""
    visitor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Empty: the grid's own staff"""
    left_out: Mapped[bool]
    due_on: Mapped[date | None]
    """The day of the next visit; empty until the first morning's run"""


class CareVisit(Base):
    """One visit; `alarm`: nobody opened."""

    __tablename__ = "care_visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    cared_id: Mapped[int] = mapped_column(ForeignKey("cared_for.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(Sealed)
    alarm: Mapped[bool]


class CareMissed(Base):
    """A day on which a visit was due and nobody came."""

    __tablename__ = "care_missed"
    __table_args__ = (UniqueConstraint("cared_id", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cared_id: Mapped[int] = mapped_column(ForeignKey("cared_for.id"))
    due_on: Mapped[date] = mapped_column(index=True)


class CareLook(Base):
    """Who saw the list, and how many people of it."""

    __tablename__ = "care_looks"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    cared_id: Mapped[int] = mapped_column(ForeignKey("cared_for.id"), index=True)
    at: Mapped[datetime]
