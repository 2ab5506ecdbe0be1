"""Teams that help the responsible team: 协办 by rule, and teams called by a whistle, with a deadline to report in."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, partial_index

_TO_THE_MINUTE = timedelta(minutes=1)
"""People see deadlines in minutes, so less than a minute late is in time"""


class Ground(StrEnum):
    """The three legal grounds of a whistle 吹哨, stored with each of its calls."""

    BEYOND = "beyond"
    JOINT = "joint"
    EMERGENCY = "emergency"


class Support(Base):
    """One team that helps with one ticket. With a `ground` it was called by a whistle, and the ticket waits for it.

    A team that is called again gets a new row, so that a first call that was late stays recorded.
    """

    __tablename__ = "ticket_support"
    __table_args__ = (
        # Partial, because rows of ended tickets grow forever: current help, and the few calls, are found without them.
        partial_index("ix_ticket_support_open", "team", "ground", "ticket_id", where="ended_at IS NULL"),
        partial_index("ix_ticket_support_calls", "called_at", "ticket_id", where="ground > ''"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    team: Mapped[str] = mapped_column(ForeignKey("teams.code"))
    called_at: Mapped[datetime]
    ground: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    called_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[datetime | None]
    """The deadline to report in"""
    reported_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    """Had not reported in at the deadline; stays true when it comes later"""
    ended_at: Mapped[datetime | None]
    """A copy of the ticket's, for the index (Ticket.apply)"""

    @property
    def is_call(self) -> bool:
        """Whether it was called by a whistle, not by rule."""
        return bool(self.ground)

    @property
    def helps(self) -> bool:
        """Whether it still helps: neither finished nor released."""
        return self.finished_at is None and self.released_at is None

    @property
    def is_awaited(self) -> bool:
        """Whether it blocks the ticket: a call that is neither finished nor released."""
        return self.is_call and self.helps

    def late_by(self, now: datetime) -> timedelta | None:
        """How long after the deadline the team came, or is still missing; None if it isn't late."""
        if self.due_at is None:
            return None
        came = self.reported_at or self.released_at or now
        return came - self.due_at if came - self.due_at >= _TO_THE_MINUTE else None


def by_whistle() -> ColumnElement[bool]:
    """Like `Support.is_call`, with the index's condition."""
    return Support.ground > literal_column("''")
