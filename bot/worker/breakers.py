"""Circuit breakers: if an interface fails for the whole account, its pushes wait, and one a minute is sent as a probe.

There is a row for each way of sending, and one for the whole account; all processes share them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.installation.operator_errors import of_wechat
from bot.wechat.errors import Trouble, WeChatError
from handlers.notifications.operators import SHUT, no_longer_shut, tell_operators
from handlers.town.town import Town
from models.breaker import Breaker
from models.bulk_insert import insert_into
from models.deferred_inserts import dialect_of
from models.push import Outcome, Push, Rank, is_laid_aside, release

ACCOUNT = "account"
_FIRST_PROBE = timedelta(seconds=10)
"""Soon, because many failures end within seconds"""
_PROBE = timedelta(minutes=1)
_TOLD_AGAIN = timedelta(hours=1)
_IN_A_ROW = 5
"""The platform counts as down after this many pushes that fail by its fault, with no success between them"""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Breakers:
    """A process's copy of the rows. Only the worker's main thread calls it; the sending threads read `shut`."""

    clock: Callable[[], datetime]
    shut: set[str] = field(default_factory=set)
    _in_a_row: set[int] = field(default_factory=set)

    def look(self, session: Session) -> None:
        """Read the rows, which other processes change too; if none is open, release the pushes that waited."""
        self.shut = set(session.scalars(select(Breaker.name).where(Breaker.opened_at.is_not(None))))
        if not self.shut:
            release(session, Push.outcome == Outcome.HELD.value, self.clock())

    def to_probe(self, session: Session, *names: str) -> list[str]:
        """Claim those of `names` that are due for a probe: no other process gets them for a minute."""
        now = self.clock()
        due = (Breaker.probe_at <= now) | (Breaker.probe_at > now + 2 * _PROBE)  # or set by a clock that ran ahead
        theirs = update(Breaker).where(Breaker.name.in_(names), Breaker.opened_at.is_not(None), due)
        return list(session.scalars(theirs.values(probe_at=now + _PROBE).returning(Breaker.name)))

    def failed(self, session: Session, town: Town, push: int, way: str | None, error: WeChatError) -> None:
        """Open the breaker of the account or of the way, if the error says so."""
        match error.kind:
            case Trouble.ACCOUNT:
                self._open(session, town, ACCOUNT, error)
            case Trouble.INTERFACE | Trouble.RATE if way:
                self._open(session, town, way, error)
            case Trouble.BUSY | Trouble.UNKNOWN:
                self._in_a_row.add(push)
                if len(self._in_a_row) >= _IN_A_ROW:
                    self._open(session, town, ACCOUNT, error)
            case _:
                self.went_well()

    def went_well(self) -> None:
        """The platform has answered, so it is not down: reset the count of failures."""
        self._in_a_row.clear()

    def worked(self, session: Session, town: Town, way: str) -> None:
        """Close the breakers of a way that sent successfully."""
        self.went_well()
        for name in self.shut & {way, ACCOUNT}:
            self._close(session, town, name)

    def _open(self, session: Session, town: Town, name: str, error: WeChatError) -> None:
        now = self.clock()
        self.shut.add(name)
        row = _row(session, name)
        if row.opened_at is not None:
            return
        passing = error.kind is Trouble.RATE
        row.opened_at, row.probe_at = now, now + (_PROBE if passing else _FIRST_PROBE)
        row.code, row.reason = error.code, error.reason[:200]
        log.error("way_shut", way=name, code=error.code, kind=error.kind.value)
        if not passing and (row.told_at is None or now - row.told_at >= _TOLD_AGAIN):
            row.told_at = now
            what, mend = of_wechat(error)
            text = town.say("operators.shut", what=what, mend=mend)
            tell_operators(session, town, SHUT, f"{SHUT}:{name}:{now.timestamp():.0f}", text, now, Rank.URGENT)

    def _close(self, session: Session, town: Town, name: str) -> None:
        now = self.clock()
        self.shut.discard(name)
        row = _row(session, name)
        if row.opened_at is None:
            return
        minutes = max(1, round((now - row.opened_at).total_seconds() / 60))
        row.opened_at = row.probe_at = None
        log.warning("way_open", way=name, minutes=minutes)
        release(session, Push.outcome == Outcome.HELD.value, now)
        no_longer_shut(session, town, town.say("operators.open", minutes=minutes), now)


def release_one(session: Session, now: datetime) -> None:
    """Make the first waiting push due, as a probe."""
    held = is_laid_aside() & (Push.outcome == Outcome.HELD.value)
    first = select(Push.id).where(held).order_by(Push.rank, Push.id).limit(1).scalar_subquery()
    session.execute(update(Push).where(Push.id == first).values(due_at=now, outcome=""))


def _row(session: Session, name: str) -> Breaker:
    """The row, locked, because two processes may get the same error."""
    new = insert_into(Breaker, dialect_of(session)).values(name=name, code=0, reason="").on_conflict_do_nothing()
    session.connection().execute(new)
    return session.get_one(Breaker, name, with_for_update=True)
