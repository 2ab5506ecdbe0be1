"""Who helps the team in charge: 协办 by rule, and teams called by a whistle, who report in against a clock."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, partial_index

_TO_THE_MINUTE = timedelta(minutes=1)
"""Who comes within the minute that was told is in time"""


class Ground(StrEnum):
    """The three lawful grounds of a whistle 吹哨; kept with every call that it made."""

    BEYOND = "beyond"
    JOINT = "joint"
    EMERGENCY = "emergency"


class Support(Base):
    """One team helping with one ticket. With a `ground` it was called by a whistle, and the ticket waits for it.

    A team that is called again later gets a line of its own: who came late the first time stays known.
    """

    __tablename__ = "ticket_support"
    __table_args__ = (
        # A team's past grows forever: what it helps with now, and the few calls among all help, are found without it.
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
    """Until when the team must have reported in"""
    reported_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    late: Mapped[bool] = mapped_column(default=False)
    """Was not there when its time was over; stays so, however soon it came then"""
    ended_at: Mapped[datetime | None]
    """The ticket's own, kept here too for the index (Ticket.apply)"""

    @property
    def is_call(self) -> bool:
        """Called by a whistle, not a helper by rule."""
        return bool(self.ground)

    @property
    def helps(self) -> bool:
        """Still concerned: neither done with its share nor released."""
        return self.finished_at is None and self.released_at is None

    @property
    def is_awaited(self) -> bool:
        """The ticket can't be resolved before this call is finished or released."""
        return self.is_call and self.helps

    def late_by(self, now: datetime) -> timedelta | None:
        """How long after its time the team came, or is still missing; None where it wasn't late."""
        if self.due_at is None:
            return None
        came = self.reported_at or self.released_at or now
        return came - self.due_at if came - self.due_at >= _TO_THE_MINUTE else None


def by_whistle() -> ColumnElement[bool]:
    """A call, not help by rule: what `Support.is_call` says too, in the words of the index."""
    return Support.ground > literal_column("''")
