"""Sums of the tickets filed on one day in one area, so that figures of years read a few rows a day, not all tickets."""

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class DaySums(Base):
    """The tickets of one day in one grid of any level, or in the whole town (`area` empty).

    Complaints have rows of their own for each `shut_out`, because figures for the complained teams must omit them.
    """

    __tablename__ = "day_sums"

    area: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True, index=True)
    """yymmdd in China, like the start of a ticket's number"""
    shut_out: Mapped[str] = mapped_column(primary_key=True, default="")
    sums: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Division (category, team, place, hour) → its key → the numbers of `handlers.board.sums`"""
