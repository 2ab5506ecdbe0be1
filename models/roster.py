"""排班: who of a team is on duty when, who is on call for dangers, who is on leave and who stands in."""

from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

DAY_MINUTES = 24 * 60


class ShiftKind(StrEnum):
    """What a line of the roster assigns to a person."""

    DUTY = "duty"
    ONCALL = "oncall"
    LEAVE = "leave"


class Shift(Base):
    """One line of the roster. Minutes count from midnight; `ends` not after `starts`: until the next morning."""

    __tablename__ = "shifts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    team: Mapped[str | None] = mapped_column(ForeignKey("teams.code", ondelete="CASCADE"))
    """Empty for leave, which holds in every team of the person"""
    kind: Mapped[str]
    days: Mapped[str]
    """As the clerk wrote it: 周一-周五, 工作日, 2026-12-01~2026-12-07; empty for every day"""
    starts: Mapped[int] = mapped_column(default=0)
    ends: Mapped[int] = mapped_column(default=DAY_MINUTES)
    stand_in_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
