"""Looks for alarms every hour: a long read-only transaction finds them, a short one writes the pushes."""

from dataclasses import dataclass
from datetime import datetime

from handlers.alarms.notify import tell
from handlers.alarms.scan import look
from handlers.town.town import Towns
from models.push import Outcome, Timer
from models.sessions import Sessions


@dataclass(frozen=True, slots=True)
class Watching:
    """The handler of this kind of timer."""

    sessions: Sessions
    reading: Sessions
    towns: Towns

    def __call__(self, timer_id: int, now: datetime) -> None:
        with self.reading() as session:
            town = self.towns.current(session)
            alarms = look(session, town, now)
        with self.sessions() as session, session.begin():
            tell(session, town, alarms, now)
            session.get_one(Timer, timer_id).finish(Outcome.DONE, now)
