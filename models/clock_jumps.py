"""Repair after the machine's clock ran far ahead: rows were leased until a day far in the future."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.push import Push, Rank, Timer

_PUSH_WAITS = timedelta(hours=25)
"""Longest regular delay of a push: until the morning, or to the next day's quota"""
_DIGEST_WAITS = timedelta(days=3)
"""Longest delay of a digest: a leader may mute them for a day, and the next digest comes at its hour after that"""
_TIMER_WAITS = timedelta(days=30)
"""Longest delay of a timer that has already been claimed; one that has not may be set for next year"""


def bring_back(session: Session, now: datetime) -> None:
    """Make rows due now if only a wrong clock explains their late `due_at`."""
    pushes = update(Push).where(Push.due_at > now + _PUSH_WAITS, Push.rank != Rank.DIGEST)
    digests = update(Push).where(Push.due_at > now + _DIGEST_WAITS)
    timers = update(Timer).where(Timer.due_at > now + _TIMER_WAITS, Timer.attempts > 0)
    for late in (pushes, digests, timers):
        session.execute(late.values(due_at=now))
