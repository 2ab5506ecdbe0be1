"""Where a person is in a dialogue, and every message we ever acknowledged."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Conversation(Base):
    """The question that is open with a person, if any. Questions grow stale at `expires_at`."""

    __tablename__ = "conversations"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]
    slots: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime]


class Inbound(Base):
    """A message received once, with the reply given, so that a redelivery gets the same reply.

    `answered_at` empty with a `failure` means: acknowledged with an apology, kept for a person to look at.
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
