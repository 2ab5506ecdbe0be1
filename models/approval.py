"""Requests that wait for a decision of the next level, and questions that wait for the resident's answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Wish(StrEnum):
    """What staff ask permission for."""

    EXTEND = "extend"
    SUSPEND = "suspend"
    CONTEST = "contest"
    """权属异议: by the table of duties another team is responsible"""


class Approval(Base):
    """One request to the people of the next level; the first answer decides it."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    wish: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    team: Mapped[str | None]
    """The ticket's team at that time: the request becomes void when the ticket goes to another team"""
    reason: Mapped[str]
    span: Mapped[str] = mapped_column(default="")
    """The extension, such as 2个工作日"""
    until: Mapped[datetime | None]
    """The day until which the ticket is suspended"""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    granted: Mapped[bool | None]
    """None although `decided_at` is set: it became void before anybody decided"""

    approvers: Mapped[list["Approver"]] = relationship(cascade="all, delete-orphan")


class Approver(Base):
    """A person who was asked; their digit answers the request."""

    __tablename__ = "approvers"

    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class Question(Base):
    """A question of staff to the reporter. While it is open, the ticket's deadlines are paused."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_of: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    """When it was answered or timed out"""
