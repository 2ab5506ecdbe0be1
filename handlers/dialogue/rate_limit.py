"""How much one resident may write: a bucket that fills again with time, on the person's own row.

It keeps one flood from everybody else; staff, and people who tell a danger, are never held up.
"""

from datetime import datetime, timedelta

from handlers.town.town import Habits
from models.person import Person

_MINUTE = timedelta(minutes=1)


def spent(person: Person, habits: Habits, now: datetime) -> tuple[float, bool]:
    """What is left after this message, and whether it was one too many. Before `last_inbound_at` is this message's."""
    full = float(habits.messages_a_minute)
    since = now - person.last_inbound_at if person.last_inbound_at else _MINUTE
    before = full if person.messages_left is None else person.messages_left
    left = min(full, before + full * max(since / _MINUTE, 0))
    return (left, True) if left < 1 else (left - 1, False)
