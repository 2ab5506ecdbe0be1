"""What waits for somebody's word: an extension or a suspension for the next level's, a question for the resident's."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Wish(StrEnum):
    """What staff ask leave for."""

    EXTEND = "extend"
    SUSPEND = "suspend"
    CONTEST = "contest"
    """权属异议: it is another's by the table of duties"""


class Approval(Base):
    """One request, put to the people of the next level; the first answer decides it."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    wish: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    team: Mapped[str | None]
    """Who had the ticket then: a request dies when the ticket goes to another team"""
    reason: Mapped[str]
    span: Mapped[str] = mapped_column(default="")
    """How much longer, such as 2个工作日"""
    until: Mapped[datetime | None]
    """To which day a ticket is suspended"""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    granted: Mapped[bool | None]
    """None with `decided_at`: it was void before anybody decided"""

    approvers: Mapped[list["Approver"]] = relationship(cascade="all, delete-orphan")


class Approver(Base):
    """One of those who were asked: their digit answers it."""

    __tablename__ = "approvers"

    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


class Question(Base):
    """Something that staff ask the reporter. While it is open the ticket's clocks stand still."""

    __tablename__ = "questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_of: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    text: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    """Answered, or waited for long enough"""
