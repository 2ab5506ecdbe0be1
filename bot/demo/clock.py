"""The town's clock: it runs in real time and can be moved forward, to show reminders and deadlines."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.figures.days import day_start
from models.bulk_insert import insert_into
from models.deferred_inserts import dialect_of
from models.grid import Fact
from models.push import Timer
from models.sessions import Sessions
from models.ticket import Ticket, not_ended, running_limit

_NAME = "demonstration_clock"
_HOUR = timedelta(hours=1)
_MORNING = timedelta(hours=8, minutes=30)
_JUST_AFTER = timedelta(minutes=1)


class TownClock:
    """The clock's offset is stored in the database, so it survives a restart."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def seconds(self) -> float:
        return self().timestamp()

    def read(self, sessions: Sessions) -> None:
        """Loads the stored offset."""
        with sessions() as session:
            kept = session.scalar(select(Fact.value).where(Fact.name == _NAME))
        self._ahead = timedelta(seconds=float(kept or 0))

    def move(self, sessions: Sessions, to: Callable[[Session, datetime], datetime]) -> None:
        """Moves the clock, only forward, and stores the offset."""
        with sessions() as session, session.begin():
            now = self()
            self._ahead += max(to(session, now) - now, timedelta())
            kept = insert_into(Fact, dialect_of(session)).values(name=_NAME, value=str(self._ahead.total_seconds()))
            session.execute(kept.on_conflict_do_update(index_elements=[Fact.name], set_={"value": kept.excluded.value}))


def in_an_hour(_session: Session, now: datetime) -> datetime:
    return now + _HOUR


def next_morning(_session: Session, now: datetime) -> datetime:
    """The next time that the offices open."""
    today = day_start(now) + _MORNING
    return today if today > now else today + timedelta(days=1)


def after_next_limit(session: Session, now: datetime) -> datetime:
    """Just after the next deadline of a ticket reported here, when its team is notified."""
    watched = select(Timer.ticket_id).where(Timer.due_at > now)
    limit = select(func.min(running_limit())).where(not_ended(), running_limit() > now, Ticket.id.in_(watched))
    found = session.scalar(limit)
    return found + _JUST_AFTER if found else now
