"""Find lost work: messages, tickets, pushes and timers that were accepted but never finished."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from handlers.notifications.operators import tell_operators
from handlers.town.town import Town
from models.conversation import Inbound
from models.push import Push, Rank, Timer, unfinished
from models.status_moves import OPEN
from models.ticket import CHINA, Ticket, not_ended

PATIENCE = timedelta(hours=24)
"""How long a ticket without a team may wait: a supervisor has had a working day to look at it"""
STUCK = timedelta(minutes=15)
"""Longer than any lease: a timer overdue by this has no worker"""
UNSENT = timedelta(hours=24)
"""The longest chain of retries of a push"""


@dataclass(frozen=True, slots=True)
class LostWork:
    """Number of lost items of each kind."""

    failed_messages: int
    """Answered with an apology in the last seven days, for an operator to look at"""
    ownerless_tickets: int
    unfinished_pushes: int
    stuck_timers: int

    def __bool__(self) -> bool:
        return any(self.by_kind().values())

    def by_kind(self) -> Mapping[str, int]:
        return asdict(self)


def look(session: Session, now: datetime) -> LostWork:
    """Count lost work; each count uses an index."""
    return LostWork(
        failed_messages=_count(session, (Inbound.failure != "") & (Inbound.received_at > now - 7 * PATIENCE)),
        ownerless_tickets=_count(session, ownerless(now)),
        unfinished_pushes=_count(session, unfinished(Push) & _is_sent(now)),
        stuck_timers=_count(session, Timer.due_at < now - STUCK),
    )


def ownerless(now: datetime) -> ColumnElement[bool]:
    """Open tickets without a team for a day, and without a timer."""
    watched = exists().where(Timer.ticket_id == Ticket.id, Timer.due_at.is_not(None))
    statuses = [each.value for each in OPEN]
    unowned = not_ended() & Ticket.status.in_(statuses) & Ticket.team.is_(None)
    return unowned & (Ticket.created_at < now - PATIENCE) & ~watched


def report(session: Session, town: Town, now: datetime) -> int:
    """Alert every admin if something is lost, at most once a day. Returns how many were told."""
    lost = look(session, now)
    if not lost:
        return 0
    day = f"{now.astimezone(CHINA):%Y%m%d}"
    text = town.say("lost_work.digest", **lost.by_kind())
    return tell_operators(session, town, "lost_work", f"lost_work:{day}", text, now)


def _is_sent(now: datetime) -> ColumnElement[bool]:
    return (Push.created_at < now - UNSENT) & (Push.rank != Rank.DIGEST)


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0
