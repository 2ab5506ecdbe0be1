"""What was filed on one day in one area, summed up: years are read as a few rows a day, not as a million tickets."""

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class DaySums(Base):
    """The tickets of one day that lie in one grid of any level, or in the whole town (`area` empty).

    Tickets that complain of somebody are summed apart, by whom: those must not be counted for them.
    """

    __tablename__ = "day_sums"

    area: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True, index=True)
    """yymmdd in China, as numbers of tickets begin"""
    shut_out: Mapped[str] = mapped_column(primary_key=True, default="")
    sums: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By what it is divided (category, team, place, hour), by its key: the numbers of `handlers.board.sums`"""
