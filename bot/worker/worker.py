"""The loop that sends due pushes and runs due timers. Any number of workers may run in parallel."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.orm.exc import StaleDataError

from bot.evidence.storage import MediaStorage
from bot.installation.settings import Template, Work
from bot.outgoing_webhooks.courier import Courier
from bot.wechat.gateway import Gateway
from bot.wecom.gateway import WeComGateway
from bot.wecom.members import enrol
from bot.wecom.robot import tell_group
from bot.worker.alarm_watch import Watching
from bot.worker.breakers import Breakers
from bot.worker.chart_push import Showing
from bot.worker.day_sums import Summing
from bot.worker.expired_leases import BEGUN_WITHIN, POISON_WAIT, PutOff, put_off
from bot.worker.hotline_folder import EVERY, HotlineFolder
from bot.worker.media_dropping import drop_media
from bot.worker.media_fetching import MediaFetch
from bot.worker.nightly import KIND as NIGHTLY
from bot.worker.nightly import plan as plan_training
from bot.worker.retried_writes import patiently
from bot.worker.sender import Sender
from bot.worker.transcription import Hearing
from bot.worker.uploads import Uploads
from handlers.alarms.notify import KIND as ALARMS
from handlers.board.keep_sums import KIND as DAY_SUMS
from handlers.evidence.heard_right import HEAR
from handlers.neighbours.same_event import MatterTakenError
from handlers.notifications.pushes import GROUP_NOTICE
from handlers.privacy.erasure import DROP_MEDIA
from handlers.questions.chart import KIND as CHART
from handlers.timers.periodic_jobs import plan_chores, plan_digests
from handlers.timers.ring import ring
from handlers.town.town import Towns
from models.clock_jumps import bring_back
from models.connecting import DATABASE_AWAY
from models.push import Timer, claim, give_back
from models.sessions import Sessions

_SOON = timedelta(seconds=5)
_HOUR = timedelta(hours=1)
_LOCKED_SECONDS = 10.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """Claims rows, closes the session, calls WeChat, writes the results."""

    sessions: Sessions
    towns: Towns
    gateway: Gateway
    work: Work
    templates: Mapping[str, Template]
    notices: Mapping[str, Template]
    wecom: WeComGateway | None
    shelf: MediaStorage
    uploads: Uploads
    nightly: Callable[[int, datetime], None]
    hearing: Hearing
    summing: Summing
    watching: Watching
    showing: Showing
    breakers: Breakers
    hotline: HotlineFolder | None = None
    courier: Courier | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def run(self, stop: threading.Event) -> None:
        """Run until told to stop; claimed rows are finished first."""
        planned = looked = datetime.min.replace(tzinfo=UTC)
        telling: threading.Thread | None = None
        while not stop.is_set():
            telling = self._telling(telling, stop)
            try:
                if not planned <= self.clock() < planned + _HOUR:  # the clock may have gone back, too
                    planned = self._plan()
                if self.hotline and not looked <= self.clock() < looked + EVERY:
                    looked = self.clock()
                    self.hotline.look(looked)
                busy = self.once()
            except DATABASE_AWAY as error:  # claimed rows become due again when their lease ends
                log.error("database_away", error=type(error.orig).__name__)  # noqa: TRY400
                busy = False
            if not busy:
                stop.wait(self.work.poll_seconds)

    def _telling(self, running: threading.Thread | None, stop: threading.Event) -> threading.Thread | None:
        """The thread that notifies subscribers; a new one if an unforeseen error has ended it."""
        if self.courier is None or (running and running.is_alive()):
            return running
        begun = threading.Thread(target=self.courier.run, args=(stop,), name="courier", daemon=True)
        begun.start()
        return begun

    def _plan(self) -> datetime:
        now = self.clock()
        with self.sessions() as session, session.begin():
            plan_chores(session, now)
            plan_digests(session, self.towns.current(session), now)
            plan_training(session, now)
            if self.wecom:
                enrol(session)
            bring_back(session, now)
        return now

    def once(self) -> bool:
        """One round. True if there was something to do: then the next follows at once."""
        means = (self.templates, self.notices, self.wecom, self.uploads)
        sender = Sender(self.sessions, self.towns, self.gateway, self.work, *means, self.breakers, self.clock)
        sender.probe_account()
        sent, rung = sender.send_due(), self._ring_due()
        return sent or rung

    def _ring_due(self) -> bool:
        now = self.clock()
        with self.sessions() as session, session.begin():
            timers = [(timer.id, timer.kind) for timer in claim(session, Timer, now, self.work.batch)]
        for at, (timer, kind) in enumerate(timers):
            if self.clock() > now + BEGUN_WITHIN:
                with self.sessions() as session, session.begin():
                    give_back(session, Timer, [each for each, _ in timers[at:]], self.clock())
                break
            self._guarded(timer, partial(self._ring, timer, kind))
        return bool(timers)

    def _ring(self, timer_id: int, kind: str) -> None:
        if kind == "fetch_media":
            retry = self.work.retry_seconds
            MediaFetch(self.sessions, self.towns, self.gateway, retry, self.shelf, self.clock).fetch(timer_id)
            return
        if kind == GROUP_NOTICE:
            tell_group(self.sessions, self.towns, self.wecom, timer_id, self.clock())
            return
        if kind == NIGHTLY:  # takes minutes, during which dangers must be sent
            threading.Thread(target=self.nightly, args=(timer_id, self.clock()), name=NIGHTLY, daemon=True).start()
            return
        if kind == HEAR:
            threading.Thread(target=self.hearing, args=(timer_id,), name=HEAR, daemon=True).start()
            return
        aside: dict[str, Callable[[int, datetime], None]] = {
            DAY_SUMS: self.summing,
            ALARMS: self.watching,
            CHART: self.showing,
        }
        if kind in aside:
            aside[kind](timer_id, self.clock())
            return
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            if kind == DROP_MEDIA:
                drop_media(session, self.shelf, timer, self.clock())
            else:
                ring(session, self.towns.current(session), timer, self.clock())

    def _guarded(self, timer: int, action: Callable[[], None]) -> None:
        """Run a timer's action. An error must not stop the others: the row is retried, and given up in the end."""
        try:
            patiently(action, _LOCKED_SECONDS)
        except DATABASE_AWAY:
            raise  # the database is away, which is no fault of the row's
        except (StaleDataError, MatterTakenError):
            self._put_off(timer, _SOON, "somebody else was at the same ticket")
        except Exception as error:  # noqa: BLE001  (the worker's net; the row keeps the reason)
            log.error("due_row_failed", row=timer, error=type(error).__name__)  # noqa: TRY400  (a traceback quotes data)
            self._put_off(timer, POISON_WAIT, type(error).__name__)

    def _put_off(self, timer: int, wait: timedelta, reason: str) -> None:
        put_off(self.sessions, Timer, timer, self.clock(), PutOff(wait, reason, len(self.work.retry_seconds)))
