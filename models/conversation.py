"""The questions that are open with a person, and the messages that we acknowledged."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

REPLY = "reply"
"""The key of the one question that our last reply left open"""


class Asked(Base):
    """One question to a person, put by a reply or by a push, until it is answered or void.

    `key` is REPLY, or the key of the push that carries it: such a question counts as shown when its push was sent.
    """

    __tablename__ = "asked"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(default=REPLY)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    """The ticket that a push asks about"""
    state: Mapped[str]
    """What is asked: a value of handlers.dialogue.states.Asks"""
    slots: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(default="")
    """The question's text, to repeat it"""
    shown_at: Mapped[datetime | None]
    """Empty for a push, whose own row says when it was sent"""
    expires_at: Mapped[datetime] = mapped_column(index=True)


def reply_question(person: int | None) -> Select[Asked]:
    """The question that our last reply to this person left open."""
    return select(Asked).where(Asked.person_id == person, Asked.key == REPLY)


class Inbound(Base):
    """A message received once, with the reply given, so that a redelivery gets the same reply.

    If `answered_at` is empty and `failure` is set, the reply was an apology and an operator must look at it.
    """

    __tablename__ = "inbound"
    __table_args__ = (Index("ix_inbound_openid_received_at", "openid", "received_at"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    openid: Mapped[str]
    kind: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    reply: Mapped[str | None]
    failure: Mapped[str] = mapped_column(default="")
