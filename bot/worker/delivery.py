"""What becomes of a letter: sent, tried again at, laid aside until something happens, or at its end because."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.wechat.errors import Trouble, WeChatError
from bot.worker.breakers import Breakers
from bot.worker.channels import Attempt, Failure, Letter, Way
from bot.worker.person_quota import spend, used_up
from bot.worker.retried_writes import patiently
from handlers.answering.platform_receipts import settle_early
from handlers.notifications.pictures import SHOWN
from handlers.notifications.unreached import not_reached
from handlers.town.town import Town, Towns
from models.acceptance import Acceptance
from models.moves import NOTE
from models.person import Person
from models.push import LEASE, Outcome, Push, Rank, give_back
from models.sessions import Sessions
from models.ticket import SYSTEM, Ticket

_NEWS = timedelta(days=3)
"""What could not be sent for so long is kept for the person's next message"""
_OF_DANGER = timedelta(seconds=60)
"""The longest wait between two tries where somebody is in danger"""
_HURRY = timedelta(hours=1)
_TWICE = 2

log = structlog.get_logger(__name__)


class Fate(Enum):
    """What is done with a push that did not go out."""

    AGAIN = "again"
    BACK = "back"
    """Due as before, as if it had not been tried"""
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
"""Where several ways have failed, the first of these decides: what may pass by itself goes before what may not"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Writes down what came of letters. One thread: nobody waits for another's write."""

    sessions: Sessions
    towns: Towns
    breakers: Breakers
    retry_seconds: tuple[int, ...]
    clock: Callable[[], datetime]

    def settle(self, came_of: Sequence[tuple[Letter, Attempt]]) -> None:
        """The outcomes before all else: what was sent and is not written down would be sent twice."""
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
        """The platform has counted so many; by push that they belong to."""
        receivers = select(Person, Push.id).join(Push).where(Push.id.in_(messages)).order_by(Person.id)
        for person, push in session.execute(receivers.with_for_update(of=Person, key_share=True)):
            spend(person, messages[push], self.clock())

    def _learn(self, session: Session, letter: Letter, attempt: Attempt) -> None:
        """What failed on the way, and what becomes of what did not go out: never silence."""
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
        """The platform knows best what it still takes for a person."""
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
            return Fate.UNKNOWN  # it may have arrived: two of one message are enough
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
    """One hiccup is tried again within seconds; everything else is told to others at once."""
    return error.kind not in {Trouble.BUSY, Trouble.UNKNOWN} or letter.attempts >= _TWICE


def _note(session: Session, town: Town, push: Push, error: WeChatError, now: datetime) -> None:
    """The ticket's readers see that somebody was not reached."""
    ticket = session.get(Ticket, push.ticket_id) if push.ticket_id else None
    if ticket:
        why = town.say("history.push_failed", why=error.kind.value, code=error.code)
        ticket.apply(NOTE, by=SYSTEM, at=now, note=why)
