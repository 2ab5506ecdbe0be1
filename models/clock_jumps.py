"""What a clock that ran far ahead leaves behind: work leased until a day that no clock will see for long."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.push import Push, Rank, Timer

_PUSH_WAITS = timedelta(hours=25)
"""No push is put off for longer: until the morning, or to the next day's quota"""
_DIGEST_WAITS = timedelta(days=3)
"""A leader may ask for a day's silence, and the digest comes at its next hour after that"""
_TIMER_WAITS = timedelta(days=30)
"""No timer that has rung before puts itself off for longer; one that has not may well be for next year"""


def bring_back(session: Session, now: datetime) -> None:
    """Due now, if nothing but a wrong clock explains how late it is due."""
    pushes = update(Push).where(Push.due_at > now + _PUSH_WAITS, Push.rank != Rank.DIGEST)
    digests = update(Push).where(Push.due_at > now + _DIGEST_WAITS)
    timers = update(Timer).where(Timer.due_at > now + _TIMER_WAITS, Timer.attempts > 0)
    for late in (pushes, digests, timers):
        session.execute(late.values(due_at=now))
