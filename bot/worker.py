"""The loop that sends what is due and rings what has come due. Any number of workers may run side by side."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.media_store import keep
from bot.nightly import KIND as NIGHTLY
from bot.nightly import Nightly, plan
from bot.settings import Template, Work
from bot.wechat import Gateway, Sent
from bot.wechat_errors import Remedy, WeChatError
from handlers.answering import Towns
from handlers.figures import day_start
from handlers.timers import ring
from models.base import Sessions
from models.moves import NOTE
from models.person import Person
from models.push import Outcome, Push, Timer, claim, postpone
from models.ticket import SYSTEM, Attachment, Ticket

WINDOW = timedelta(hours=48)
"""After a person's last message WeChat takes customer-service messages for so long"""
_POISON_WAIT = timedelta(hours=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """A push with all that sending needs, gathered before the session is closed: no connection waits on HTTP."""

    push_id: int
    openid: str
    text: str
    template: Template | None
    data: Mapping[str, str]
    in_window: bool
    attempts: int


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
        """Until told to stop; what is in hand is finished first."""
        with self.sessions() as session, session.begin():
            plan(session, self.clock())
        while not stop.is_set():
            try:
                busy = self.once()
            except OperationalError as error:  # the database is away: what was claimed falls due again by its lease
                log.error("database_away", error=type(error.orig).__name__)  # noqa: TRY400
                busy = False
            if not busy:
                stop.wait(self.work.poll_seconds)

    def once(self) -> bool:
        """One round. True: there was something to do, look again at once."""
        now = self.clock()
        with self.sessions() as session, session.begin():
            timers = [(timer.id, timer.kind) for timer in claim(session, Timer, now, self.work.batch)]
            letters = [self._letter(session, push) for push in claim(session, Push, now, self.work.batch)]
        for timer, kind in timers:
            self._guarded(Timer, timer, partial(self._ring, timer, kind))
        for letter in letters:
            self._guarded(Push, letter.push_id, partial(self._deliver, letter))
        return bool(timers or letters)

    def _guarded(self, rows: type[Push] | type[Timer], row: int, action: Callable[[], None]) -> None:
        """A row that breaks its handler must not stop the others: it is looked at again in an hour."""
        try:
            action()
        except Exception as error:  # noqa: BLE001  (the worker's one net; the row keeps the reason)
            log.error("due_row_failed", row=row, error=type(error).__name__)  # noqa: TRY400  (a traceback quotes data)
            with self.sessions() as session, session.begin():
                postpone(session, rows, row, self.clock() + _POISON_WAIT, type(error).__name__)

    def _letter(self, session: Session, push: Push) -> Letter:
        person = session.get_one(Person, push.person_id)
        template = self.templates.get(push.template)
        heard = person.last_inbound_at
        return Letter(
            push_id=push.id,
            openid=(person.openid or "") if person.following else "",
            text=push.text,
            template=template,
            data={name: push.fields.get(fact, "") for name, fact in (template.fields if template else {}).items()},
            in_window=heard is not None and heard + WINDOW > self.clock(),
            attempts=push.attempts,
        )

    def _deliver(self, letter: Letter) -> None:
        try:
            sent = self._send(letter)
        except WeChatError as error:
            self._failed(letter, error)
            return
        with self.sessions() as session, session.begin():
            push = session.get_one(Push, letter.push_id)
            push.msgid = sent.msgid
            push.finish(Outcome.SENT, self.clock())

    def _send(self, letter: Letter) -> Sent:
        """A customer-service message while the window is open, else a template; the other where the first can't."""
        if not letter.openid:
            raise WeChatError(0, "does not follow", Remedy.UNREACHABLE)
        if letter.in_window or not letter.template:
            try:
                return self.gateway.send_text(letter.openid, letter.text)
            except WeChatError as error:
                if not letter.template or error.remedy not in {Remedy.UNREACHABLE, Remedy.QUOTA_WINDOW}:
                    raise
        assert letter.template  # noqa: S101  (for the type checker: the branch above has no other way out)
        return self.gateway.send_template(
            letter.openid, letter.template.id, letter.data, client_msg_id=f"push{letter.push_id}"
        )

    def _failed(self, letter: Letter, error: WeChatError) -> None:
        """Try again at, or give up because: never silence."""
        now = self.clock()
        with self.sessions() as session, session.begin():
            push = session.get_one(Push, letter.push_id)
            again = self._again_at(error, letter, now)
            if again:
                push.try_again(again, str(error))
                return
            push.finish(Outcome.UNKNOWN if error.remedy is Remedy.UNKNOWN else Outcome.GAVE_UP, now, str(error))
            _note(session, push, error, now)
        log.warning("push_given_up", push=letter.push_id, code=error.code, remedy=error.remedy.value)

    def _again_at(self, error: WeChatError, letter: Letter, now: datetime) -> datetime | None:
        waits = self.work.retry_seconds
        match error.remedy:
            case Remedy.RETRY if letter.attempts <= len(waits):
                return now + timedelta(seconds=waits[letter.attempts - 1])
            case Remedy.UNKNOWN if letter.attempts < 2:  # it may have arrived: two of one message are enough
                return now + timedelta(seconds=waits[0])
            case Remedy.QUOTA_DAY if letter.attempts <= len(waits):
                return day_start(now) + timedelta(days=1, minutes=1)
        return None

    def _ring(self, timer_id: int, kind: str) -> None:
        if kind == "fetch_media":
            self._fetch_media(timer_id)
            return
        if kind == NIGHTLY:
            self.nightly(timer_id, self.clock())
            return
        with self.sessions() as session, session.begin():
            ring(session, self.towns.current(session), session.get_one(Timer, timer_id), self.clock())

    def _fetch_media(self, timer_id: int) -> None:
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            media_id, attempts = session.get_one(Attachment, timer.subject_id).media_id, timer.attempts
        try:
            content, content_type = self.gateway.download_media(media_id)
        except WeChatError as error:
            self._media_failed(timer_id, error, attempts)
            return
        stored = keep(self.media, content, content_type)
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            attachment = session.get_one(Attachment, timer.subject_id)
            attachment.stored, attachment.content_type = stored, content_type
            timer.finish(Outcome.DONE, self.clock())

    def _media_failed(self, timer_id: int, error: WeChatError, attempts: int) -> None:
        waits = self.work.retry_seconds
        retry = error.remedy in {Remedy.RETRY, Remedy.UNKNOWN, Remedy.QUOTA_DAY} and attempts <= len(waits)
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            if retry:
                timer.try_again(self.clock() + timedelta(seconds=waits[attempts - 1]), str(error))
            else:
                timer.finish(Outcome.GAVE_UP, self.clock(), str(error))


def _note(session: Session, push: Push, error: WeChatError, now: datetime) -> None:
    """Whoever opens the ticket sees that somebody was not reached."""
    ticket = session.get(Ticket, push.ticket_id) if push.ticket_id else None
    if ticket:
        ticket.apply(NOTE, by=SYSTEM, at=now, note=f"有一条通知没送到（{error.remedy.value} {error.code}）")
