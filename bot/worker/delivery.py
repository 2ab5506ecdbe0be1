"""One push to WeChat: which way it goes, and what becomes of it: sent, tried again at, or given up because."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.installation.settings import Template
from bot.wechat.errors import Remedy, WeChatError
from bot.wechat.gateway import Gateway, Sent
from handlers.answering.receipts import settle_early
from handlers.figures.days import day_start
from handlers.town.town import Town, Towns
from models.moves import NOTE
from models.person import Person
from models.push import Outcome, Push
from models.sessions import Sessions
from models.ticket import SYSTEM, Ticket

WINDOW = timedelta(hours=48)
"""After a person's last message WeChat takes customer-service messages for so long"""

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
class Delivery:
    """Sends letters, and writes down what came of each."""

    sessions: Sessions
    towns: Towns
    gateway: Gateway
    retry_seconds: tuple[int, ...]
    templates: Mapping[str, Template]
    clock: Callable[[], datetime]

    def letter(self, session: Session, push: Push) -> Letter:
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

    def deliver(self, letter: Letter) -> None:
        try:
            sent = self._send(letter)
        except WeChatError as error:
            self._failed(letter, error)
            return
        with self.sessions() as session, session.begin():
            push = session.get_one(Push, letter.push_id)
            push.msgid = sent.msgid
            push.finish(Outcome.SENT, self.clock())
            settle_early(session, self.towns.current(session), push, letter.openid, self.clock())

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
            _note(session, self.towns.current(session), push, error, now)
        log.warning("push_given_up", push=letter.push_id, code=error.code, remedy=error.remedy.value)

    def _again_at(self, error: WeChatError, letter: Letter, now: datetime) -> datetime | None:
        waits = self.retry_seconds
        match error.remedy:
            case Remedy.RETRY if letter.attempts <= len(waits):
                return now + timedelta(seconds=waits[letter.attempts - 1])
            case Remedy.UNKNOWN if letter.attempts < 2:  # it may have arrived: two of one message are enough
                return now + timedelta(seconds=waits[0])
            case Remedy.QUOTA_DAY if letter.attempts <= len(waits):
                return day_start(now) + timedelta(days=1, minutes=1)
        return None


def _note(session: Session, town: Town, push: Push, error: WeChatError, now: datetime) -> None:
    """The ticket's readers see that somebody was not reached."""
    ticket = session.get(Ticket, push.ticket_id) if push.ticket_id else None
    if ticket:
        why = town.say("history.push_failed", why=error.remedy.value, code=error.code)
        ticket.apply(NOTE, by=SYSTEM, at=now, note=why)
