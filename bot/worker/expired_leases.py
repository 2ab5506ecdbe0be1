"""Leased rows that are not finished: given back before the lease ends, or delayed after an error."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.push import LEASE, Outcome, Push, Timer
from models.sessions import Sessions

BEGUN_WITHIN = LEASE / 3
"""Rows not begun by then are given back: a call and a new token may take as long as the rest of the lease"""
POISON_WAIT = timedelta(hours=1)
"""How long a row waits after an error in its handler; after some attempts it is given up"""


@dataclass(frozen=True, slots=True)
class PutOff:
    """How long a row is delayed, why, and how many times at most."""

    wait: timedelta
    reason: str
    times: int


def put_off(sessions: Sessions, rows: type[Push] | type[Timer], row: int, now: datetime, why: PutOff) -> None:
    """Delay a row, unless it has finished meanwhile; give it up after too many attempts."""
    with sessions() as session, session.begin():
        found = session.get(Push, row) if rows is Push else session.get(Timer, row)
        if found is None or found.due_at is None:
            return
        if found.attempts <= why.times:
            found.try_again(now + why.wait, why.reason)
        else:
            found.finish(Outcome.GAVE_UP, now, why.reason)
