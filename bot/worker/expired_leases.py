"""What is leased and does not come to its end: given back in time, or put off because it broke."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.push import LEASE, Outcome, Push, Timer
from models.sessions import Sessions

BEGUN_WITHIN = LEASE / 3
"""A call and a new token may take as long again: a row that is begun later could outlive its lease"""
POISON_WAIT = timedelta(hours=1)
"""A row that breaks its handler is looked at again, and given up in the end"""


@dataclass(frozen=True, slots=True)
class PutOff:
    """For how long and why, and how often at most."""

    wait: timedelta
    reason: str
    times: int


def put_off(sessions: Sessions, rows: type[Push] | type[Timer], row: int, now: datetime, why: PutOff) -> None:
    """Due again later, unless it has finished meanwhile or was put off too often."""
    with sessions() as session, session.begin():
        found = session.get(Push, row) if rows is Push else session.get(Timer, row)
        if found is None or found.due_at is None:
            return
        if found.attempts <= why.times:
            found.try_again(now + why.wait, why.reason)
        else:
            found.finish(Outcome.GAVE_UP, now, why.reason)
