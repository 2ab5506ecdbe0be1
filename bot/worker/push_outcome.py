"""Writes the result of a letter: sent, retry at a time, laid aside until an event, or given up with a reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.wechat.errors import Trouble, WeChatError
from bot.worker.breakers import Breakers
from bot.worker.person_quota import spend, used_up
from bot.worker.retried_writes import patiently
from bot.worker.send_push import Attempt, Failure, Letter, Way
from handlers.answering.platform_receipts import settle_early
from handlers.notifications.pictures import SHOWN
from handlers.notifications.unreached import not_reached
from handlers.town.town import Town, Towns
from models.acceptance import Acceptance
from models.person import Person
from models.push import LEASE, Outcome, Push, Rank, give_back
from models.sessions import Sessions
from models.status_moves import NOTE
from models.ticket import SYSTEM, Ticket

_NEWS = timedelta(days=3)
"""After this time without success, a push waits for the person's next message"""
_OF_DANGER = timedelta(seconds=60)
"""The longest wait between two attempts for a danger"""
_HURRY = timedelta(hours=1)
_TWICE = 2

log = structlog.get_logger(__name__)


class Fate(Enum):
    """What happens to a push that was not sent."""

    AGAIN = "again"
    BACK = "back"
    """Due again, and the attempt does not count"""
    HELD = "held"
    KEPT = "kept"
    UNKNOWN = "unknown"
    GAVE_UP = "gave up"


FATES = {
    Trouble.GONE: Fate.GAVE_UP,
    Trouble.UNKNOWN: Fate.AGAIN,
    Trouble.BUSY: Fate.AGAIN,
    Trouble.ACCOUNT: Fate.BACK,
    Trouble.RATE: Fate.HELD,
    Trouble.INTERFACE: Fate.HELD,
    Trouble.MOMENT: Fate.KEPT,
    Trouble.CONTENT: Fate.GAVE_UP,
    Trouble.REFUSED: Fate.GAVE_UP,
}
"""If several ways failed, the error whose kind comes first here decides: passing ones before final ones"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Writes the results of letters, in one thread, so that writes don't wait for each other."""

    sessions: Sessions
    towns: Towns
    breakers: Breakers
    retry_seconds: tuple[int, ...]
    clock: Callable[[], datetime]

    def settle(self, came_of: Sequence[tuple[Letter, Attempt]]) -> None:
        """Write what was sent first: if that were lost, it would be sent twice."""
        if sent := [attempt for _, attempt in came_of if attempt.sent]:
            self._write(lambda session: self._sent(session, sent))
        for letter, attempt in came_of:
            self._follow(letter, attempt)

    def _follow(self, letter: Letter, attempt: Attempt) -> None:
        if attempt.failures or letter.also or letter.acceptance or self.breakers.shut:
            self._write(lambda session: self._learn(session, letter, attempt))
        elif attempt.sent:
            self.breakers.went_well()
        if attempt.sent and attempt.sent.msgid:
            self._write(lambda session: self._receipt(session, letter))

    def _receipt(self, session: Session, letter: Letter) -> None:
        settle_early(session, self.towns.current(session), letter.push_id, letter.openid, self.clock())

    def _write(self, write: Callable[[Session], None]) -> None:
        def whole() -> None:
            with self.sessions() as session, session.begin():
                write(session)

        patiently(whole, LEASE.total_seconds())

    def _sent(self, session: Session, attempts: Sequence[Attempt]) -> None:
        values = {"due_at": None, "outcome": Outcome.SENT.value, "finished_at": self.clock(), "reason": ""}
        for way in {attempt.way for attempt in attempts if attempt.way}:
            told = [push for attempt in attempts if attempt.way is way for push in attempt.told]
            session.execute(update(Push).where(Push.id.in_(told)).values({**values, "way": way.value}))
        for attempt in attempts:
            if attempt.sent and attempt.sent.msgid:
                session.execute(update(Push).where(Push.id == attempt.told[0]).values(msgid=attempt.sent.msgid))
            if attempt.shown:
                push = session.get_one(Push, attempt.told[0])
                push.fields = {**push.fields, SHOWN: list(attempt.shown)}
        self._spend(session, {each.told[0]: each.messages for each in attempts if each.way is Way.CUSTOM})

    def _spend(self, session: Session, messages: Mapping[int, int]) -> None:
        """Count messages towards the recipients' quotas. `messages`: push's id → number."""
        receivers = select(Person, Push.id).join(Push).where(Push.id.in_(messages)).order_by(Person.id)
        for person, push in session.execute(receivers.with_for_update(of=Person, key_share=True)):
            spend(person, messages[push], self.clock())

    def _learn(self, session: Session, letter: Letter, attempt: Attempt) -> None:
        """Write the failures of all ways, and what happens to a push that was not sent."""
        town = self.towns.current(session)
        for failure in attempt.failures:
            self.breakers.failed(session, town, letter.push_id, failure.way, failure.error)
            self._learn_quota(session, letter, failure)
        if attempt.way:
            self.breakers.worked(session, town, attempt.way)
        if attempt.way is Way.SUBSCRIPTION and letter.acceptance:
            session.get_one(Acceptance, letter.acceptance).used_at = self.clock()
        if left := [push for push in letter.also if push not in attempt.told]:
            give_back(session, Push, left, self.clock())
        if not attempt.sent:
            self._not_sent(session, town, session.get_one(Push, letter.push_id), letter, attempt.failures)

    def _learn_quota(self, session: Session, letter: Letter, failure: Failure) -> None:
        """Correct our count of a person's quota by the platform's error."""
        if failure.way is Way.CUSTOM and failure.error.kind in {Trouble.MOMENT, Trouble.UNKNOWN}:
            person = session.get_one(Person, session.get_one(Push, letter.push_id).person_id, with_for_update=True)
            spend(person, 1, self.clock()) if failure.error.kind is Trouble.UNKNOWN else used_up(person)
        if failure.way is Way.SUBSCRIPTION and failure.error.kind is Trouble.REFUSED and letter.acceptance:
            session.get_one(Acceptance, letter.acceptance).used_at = self.clock()

    def _not_sent(
        self, session: Session, town: Town, push: Push, letter: Letter, failures: tuple[Failure, ...]
    ) -> None:
        error = _decisive(failures)
        fate = self._fate(error, letter)
        self._do(session, town, push, fate, error)
        if letter.in_danger and not push.unreached_at and _is_alarming(error, letter):
            log.error("danger_not_told", push=push.id, code=error.code)
            not_reached(session, town, push, f"{error.code}", self.clock())

    def _fate(self, error: WeChatError, letter: Letter) -> Fate:
        fate = FATES[error.kind]
        if error.kind is Trouble.UNKNOWN and letter.attempts >= _TWICE + letter.in_danger:
            return Fate.UNKNOWN  # it may have arrived: send it at most twice
        if letter.in_danger and fate in {Fate.BACK, Fate.HELD}:
            return Fate.AGAIN
        if fate is Fate.AGAIN and self.clock() > letter.created_at + _NEWS:
            return Fate.KEPT
        return fate

    def _do(self, session: Session, town: Town, push: Push, fate: Fate, error: WeChatError) -> None:
        now = self.clock()
        match fate:
            case Fate.AGAIN:
                push.try_again(now + self._wait(push), str(error))
            case Fate.BACK:
                push.try_again(now, str(error))
                push.attempts -= 1
            case Fate.HELD:
                push.lay_aside(Outcome.HELD, str(error))
            case Fate.KEPT:
                push.lay_aside(Outcome.KEPT, str(error))
            case Fate.UNKNOWN | Fate.GAVE_UP:
                push.finish(Outcome.UNKNOWN if fate is Fate.UNKNOWN else Outcome.GAVE_UP, now, str(error))
                _note(session, town, push, error, now)
                log.warning("push_given_up", push=push.id, code=error.code, kind=error.kind.value)

    def _wait(self, push: Push) -> timedelta:
        usual = timedelta(seconds=self.retry_seconds[min(push.attempts, len(self.retry_seconds)) - 1])
        hurries = push.rank == Rank.DANGER and self.clock() < push.created_at + _HURRY
        return min(usual, _OF_DANGER) if hurries else usual


def _decisive(failures: tuple[Failure, ...]) -> WeChatError:
    order = list(FATES)
    return min((failure.error for failure in failures), key=lambda error: order.index(error.kind))


def _is_alarming(error: WeChatError, letter: Letter) -> bool:
    """Whether others are notified at once: not for a first passing error, which is retried within seconds."""
    return error.kind not in {Trouble.BUSY, Trouble.UNKNOWN} or letter.attempts >= _TWICE


def _note(session: Session, town: Town, push: Push, error: WeChatError, now: datetime) -> None:
    """Note in the ticket's history that somebody was not reached."""
    ticket = session.get(Ticket, push.ticket_id) if push.ticket_id else None
    if ticket:
        why = town.say("history.push_failed", why=error.kind.value, code=error.code)
        ticket.apply(NOTE, by=SYSTEM, at=now, note=why)
