"""The loop that sends what is due and rings what has come due. Any number of workers may run side by side."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from bot.installation.settings import Template, Work
from bot.wechat.gateway import Gateway
from bot.worker.delivery import Delivery
from bot.worker.media_dropping import drop_media
from bot.worker.media_fetching import MediaFetch
from bot.worker.nightly import KIND as NIGHTLY
from bot.worker.nightly import Nightly
from bot.worker.nightly import plan as plan_training
from handlers.privacy.erasure import DROP_MEDIA
from handlers.timers.chores import plan_chores
from handlers.timers.ring import ring
from handlers.town.town import Towns
from models.clock_jumps import bring_back
from models.push import LEASE, Outcome, Push, Timer, claim, give_back
from models.sessions import Sessions

_POISON_WAIT = timedelta(hours=1)
_SOON = timedelta(seconds=5)
_HOUR = timedelta(hours=1)
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
        sent, rung = self._send_due(), self._ring_due()
        return sent or rung

    def _send_due(self) -> bool:
        now, delivery = self.clock(), self._delivery
        with self.sessions() as session, session.begin():
            letters = [delivery.letter(session, push) for push in claim(session, Push, now, self.work.batch)]
        work = [(letter.push_id, partial(delivery.deliver, letter)) for letter in letters]
        self._each(Push, work, now, self.work.at_once)
        return bool(letters)

    def _ring_due(self) -> bool:
        now = self.clock()
        with self.sessions() as session, session.begin():
            timers = [(timer.id, timer.kind) for timer in claim(session, Timer, now, self.work.batch)]
        self._each(Timer, [(timer, partial(self._ring, timer, kind)) for timer, kind in timers], now)
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

    @property
    def _delivery(self) -> Delivery:
        return Delivery(self.sessions, self.towns, self.gateway, self.work.retry_seconds, self.templates, self.clock)

    def _each(
        self, rows: Rows, work: Sequence[tuple[int, Callable[[], None]]], leased_at: datetime, at_once: int = 1
    ) -> None:
        """While the lease lasts: when calls are slow, the rest goes back before it runs out.

        Several at once mix up nobody's order: of what waits for one person only the oldest is claimed.
        """
        if not work:
            return
        with ThreadPoolExecutor(at_once, "send") as hands:
            begun = list(hands.map(lambda each: self._in_time(rows, each[0], each[1], leased_at), work))
        left = [row for (row, _), done in zip(work, begun, strict=True) if not done]
        if left:
            with self.sessions() as session, session.begin():
                give_back(session, rows, left, self.clock())

    def _in_time(self, rows: Rows, row: int, action: Callable[[], None], leased_at: datetime) -> bool:
        if self.clock() > leased_at + _BEGUN_WITHIN:
            return False
        self._guarded(rows, row, action)
        return True

    def _guarded(self, rows: Rows, row: int, action: Callable[[], None]) -> None:
        """A row that breaks its handler must not stop the others: it is looked at again, and given up in the end."""
        try:
            action()
        except OperationalError:
            raise  # the database is away, which is no fault of the row's
        except StaleDataError:
            self._put_off(rows, row, _SOON, "somebody else was at the same ticket")
        except Exception as error:  # noqa: BLE001  (the worker's one net; the row keeps the reason)
            log.error("due_row_failed", row=row, error=type(error).__name__)  # noqa: TRY400  (a traceback quotes data)
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
