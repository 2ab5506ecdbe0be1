"""The loop that sends what is due and rings what has come due. Any number of workers may run side by side."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot.installation.settings import Template, Work
from bot.wechat.errors import WeChatError
from bot.wechat.gateway import Gateway
from bot.worker.breakers import ACCOUNT, Breakers, release_one
from bot.worker.delivery import Delivery
from bot.worker.letters import Letters
from bot.worker.media_dropping import drop_media
from bot.worker.media_fetching import MediaFetch
from bot.worker.nightly import KIND as NIGHTLY
from bot.worker.nightly import Nightly
from bot.worker.nightly import plan as plan_training
from bot.worker.patience import patiently
from bot.worker.ways import Attempt, Letter, Way, send
from handlers.privacy.erasure import DROP_MEDIA
from handlers.timers.chores import plan_chores
from handlers.timers.ring import ring
from handlers.town.town import Towns
from models.clock_jumps import bring_back
from models.push import LEASE, Outcome, Push, Rank, Timer, claim, give_back
from models.sessions import Sessions

_POISON_WAIT = timedelta(hours=1)
_SOON = timedelta(seconds=5)
_HOUR = timedelta(hours=1)
_LOCKED_SECONDS = 10.0
_BEGUN_WITHIN = LEASE / 3
"""A call and a new token may take as long again: whatever is begun later could outlive its lease"""

Rows = type[Push] | type[Timer]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """Claims, closes the session, calls WeChat, writes down what came of it."""

    sessions: Sessions
    towns: Towns
    gateway: Gateway
    work: Work
    templates: Mapping[str, Template]
    media: Path
    nightly: Nightly
    breakers: Breakers
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def run(self, stop: threading.Event) -> None:
        """Until told to stop; what was claimed is finished first."""
        planned = datetime.min.replace(tzinfo=UTC)
        while not stop.is_set():
            try:
                if not planned <= self.clock() < planned + _HOUR:  # the clock may have gone back, too
                    planned = self._plan()
                busy = self.once()
            except OperationalError as error:  # the database is away: what was claimed falls due again by its lease
                log.error("database_away", error=type(error.orig).__name__)  # noqa: TRY400
                busy = False
            if not busy:
                stop.wait(self.work.poll_seconds)

    def _plan(self) -> datetime:
        now = self.clock()
        with self.sessions() as session, session.begin():
            plan_chores(session, now)
            plan_training(session, now)
            bring_back(session, now)
        return now

    def once(self) -> bool:
        """One round. True: there was something to do, look again at once."""
        self._probe_account()
        sent, rung = self._send_due(), self._ring_due()
        return sent or rung

    def _probe_account(self) -> None:
        """Where nothing goes out at all, something harmless is asked once a minute."""
        if ACCOUNT not in self.breakers.shut:
            return
        with self.sessions() as session, session.begin():
            self.breakers.look(session)
            if ACCOUNT not in self.breakers.to_probe(session, ACCOUNT):
                return
        try:
            self.gateway.ping()
        except WeChatError as error:
            log.info("still_shut", code=error.code, reason=error.reason)
            return
        with self.sessions() as session, session.begin():
            self.breakers.worked(session, self.towns.current(session), ACCOUNT)

    def _send_due(self) -> bool:
        now = self.clock()
        with self.sessions() as session, session.begin():
            letters = self._letters(session)
        self._send(letters, now)
        return bool(letters)

    def _letters(self, session: Session) -> list[Letter]:
        """While nothing goes out, only for dangers something is tried."""
        breakers, town = self.breakers, self.towns.current(session)
        breakers.look(session)
        probed = breakers.to_probe(session, *Way) if breakers.shut else []
        for _ in probed:
            release_one(session, self.clock())
        last = Rank.DANGER if ACCOUNT in breakers.shut else Rank.NEWS
        found = Letters(self.templates, self.clock, self.work.batch).due(session, town, last, breakers.shut)
        return _probing(found, [Way(name) for name in probed])

    def _send(self, letters: Sequence[Letter], leased_at: datetime) -> None:
        """Hands only talk to the platform; this thread writes down what came of it, one after the other.

        Several at once mix up nobody's order: of what waits for one person only the oldest is claimed.
        """
        if not letters:
            return
        delivery = Delivery(self.sessions, self.towns, self.breakers, self.work.retry_seconds, self.clock)
        with ThreadPoolExecutor(self.work.at_once, "send") as hands:
            sending = {hands.submit(self._in_time, letter, leased_at): letter for letter in letters}
            for done in as_completed(sending):
                self._settle(delivery, sending[done], done)

    def _in_time(self, letter: Letter, leased_at: datetime) -> Attempt | None:
        """While the lease lasts: when calls are slow, the rest goes back before it runs out."""
        if self.clock() > leased_at + _BEGUN_WITHIN:
            return None
        return send(self.gateway, letter, self.breakers.shut)

    def _settle(self, delivery: Delivery, letter: Letter, done: "Future[Attempt | None]") -> None:
        try:
            attempt = done.result()
        except Exception as error:  # noqa: BLE001  (the row keeps the reason, and the others go on)
            self._broke(Push, letter.push_id, error)
            self._give_back(letter.also)
            return
        if attempt:
            delivery.settle(letter, attempt)
        else:
            self._give_back((letter.push_id, *letter.also))

    def _give_back(self, pushes: Sequence[int]) -> None:
        if pushes:
            with self.sessions() as session, session.begin():
                give_back(session, Push, pushes, self.clock())

    def _ring_due(self) -> bool:
        now = self.clock()
        with self.sessions() as session, session.begin():
            timers = [(timer.id, timer.kind) for timer in claim(session, Timer, now, self.work.batch)]
        for at, (timer, kind) in enumerate(timers):
            if self.clock() > now + _BEGUN_WITHIN:
                with self.sessions() as session, session.begin():
                    give_back(session, Timer, [each for each, _ in timers[at:]], self.clock())
                break
            self._guarded(timer, partial(self._ring, timer, kind))
        return bool(timers)

    def _ring(self, timer_id: int, kind: str) -> None:
        if kind == "fetch_media":
            retry = self.work.retry_seconds
            MediaFetch(self.sessions, self.towns, self.gateway, retry, self.media, self.clock).fetch(timer_id)
            return
        if kind == NIGHTLY:  # takes minutes, and somebody may be in danger at night too
            threading.Thread(target=self.nightly, args=(timer_id, self.clock()), name=NIGHTLY, daemon=True).start()
            return
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            if kind == DROP_MEDIA:
                drop_media(session, self.media, timer, self.clock())
            else:
                ring(session, self.towns.current(session), timer, self.clock())

    def _guarded(self, timer: int, action: Callable[[], None]) -> None:
        """A row that breaks its handler must not stop the others: it is looked at again, and given up in the end."""
        try:
            patiently(action, _LOCKED_SECONDS)
        except OperationalError:
            raise  # the database is away, which is no fault of the row's
        except StaleDataError:
            self._put_off(Timer, timer, _SOON, "somebody else was at the same ticket")
        except Exception as error:  # noqa: BLE001  (the worker's net; the row keeps the reason)
            self._broke(Timer, timer, error)

    def _broke(self, rows: Rows, row: int, error: Exception) -> None:
        log.error("due_row_failed", row=row, error=type(error).__name__)  # a traceback quotes data
        self._put_off(rows, row, _POISON_WAIT, type(error).__name__)

    def _put_off(self, rows: Rows, row: int, wait: timedelta, reason: str) -> None:
        now = self.clock()
        with self.sessions() as session, session.begin():
            found = session.get(Push, row) if rows is Push else session.get(Timer, row)
            if found is None or found.due_at is None:
                return
            if found.attempts <= len(self.work.retry_seconds):
                found.try_again(now + wait, reason)
            else:
                found.finish(Outcome.GAVE_UP, now, reason)


def _probing(letters: Sequence[Letter], ways: Sequence[Way]) -> list[Letter]:
    """Each way is tried with one letter that would go by it, if there are as many with one of its own."""
    found = list(letters)
    for way in ways:
        able = [at for at, each in enumerate(found) if way in each.ways]
        if able:
            at = min(able, key=lambda each: len(found[each].probes))
            found[at] = replace(found[at], probes=found[at].probes | {way})
    return found
