"""The rate limit of one resident: a token bucket, stored in the person's row.

It protects the others from one person's flood; staff, and people who report a danger, are never limited.
"""

from datetime import datetime, timedelta

from handlers.town.town import Habits
from models.person import Person

_MINUTE = timedelta(minutes=1)


def spent(person: Person, habits: Habits, now: datetime) -> tuple[float, bool]:
    """Messages left after this one, and whether it is over the limit. Call it before `last_inbound_at` is updated."""
    full = float(habits.messages_a_minute)
    since = now - person.last_inbound_at if person.last_inbound_at else _MINUTE
    before = full if person.messages_left is None else person.messages_left
    left = min(full, before + full * max(since / _MINUTE, 0))
    return (left, True) if left < 1 else (left - 1, False)
