"""Keeps the sums of days: a read-only transaction counts, a short one writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.board.keep_sums import look, write
from models.push import Outcome, Timer
from models.sessions import Sessions

_USUAL = timedelta(seconds=30)
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Summing:
    """Runs every half minute; again at once if days are left to count."""

    sessions: Sessions
    reading: Sessions

    def __call__(self, timer_id: int, now: datetime) -> None:
        with self.reading() as session:
            changes = look(session, now)
        with self.sessions() as session, session.begin():
            write(session, changes)
            timer = session.get_one(Timer, timer_id)
            again = now + (_SOON if changes.more else _USUAL)
            if again < timer.created_at + timedelta(hours=1):
                timer.try_again(again, "later")
                timer.attempts = 0  # not a failed attempt
            else:
                timer.finish(Outcome.DONE, now)
