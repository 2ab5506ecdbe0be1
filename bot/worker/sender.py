"""Sends due pushes: several threads call the platform, one thread writes the results."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from bot.installation.settings import Template, Work
from bot.wechat.errors import WeChatError
from bot.wechat.gateway import Gateway
from bot.wecom.gateway import WeComGateway
from bot.worker.breakers import ACCOUNT, Breakers, release_one
from bot.worker.expired_leases import BEGUN_WITHIN, POISON_WAIT, PutOff, put_off
from bot.worker.outbox_batch import Letters
from bot.worker.push_outcome import Delivery
from bot.worker.send_push import Attempt, Letter, Outside, Way, send
from bot.worker.uploads import Uploads
from handlers.town.town import Towns
from models.push import Push, Rank, give_back
from models.sessions import Sessions

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """One round of sending."""

    sessions: Sessions
    towns: Towns
    gateway: Gateway
    work: Work
    templates: Mapping[str, Template]
    notices: Mapping[str, Template]
    wecom: WeComGateway | None
    uploads: Uploads
    breakers: Breakers
    clock: Callable[[], datetime]

    def probe_account(self) -> None:
        """If the whole account's breaker is open, make a harmless call once a minute."""
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

    def send_due(self) -> bool:
        now = self.clock()
        with self.sessions() as session, session.begin():
            letters = self._letters(session)
        self._send(letters, now)
        return bool(letters)

    def _letters(self, session: Session) -> list[Letter]:
        """The next letters; only dangers while the account's breaker is open."""
        breakers, town = self.breakers, self.towns.current(session)
        breakers.look(session)
        probed = breakers.to_probe(session, *Way) if breakers.shut else []
        for _ in probed:
            release_one(session, self.clock())
        last = Rank.DANGER if ACCOUNT in breakers.shut else Rank.NEWS
        letters = Letters(self.templates, self.notices, self.clock, self.work.batch, self.wecom is not None)
        found = letters.due(session, town, last, breakers.shut)
        return _probing(found, [Way(name) for name in probed])

    def _send(self, letters: Sequence[Letter], leased_at: datetime) -> None:
        """Other threads call the platform; this thread writes the results.

        Parallel calls keep each person's order, because only the oldest push to a person is claimed.
        """
        if not letters:
            return
        delivery = Delivery(self.sessions, self.towns, self.breakers, self.work.retry_seconds, self.clock)
        with ThreadPoolExecutor(self.work.at_once, "send") as hands:
            sending = {hands.submit(self._in_time, letter, leased_at): letter for letter in letters}
            under_way = set(sending)
            while under_way:  # results that come during a write are written together
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                came_of = [(sending[each], self._came_of(sending[each], each)) for each in done]
                delivery.settle([(letter, attempt) for letter, attempt in came_of if attempt])

    def _in_time(self, letter: Letter, leased_at: datetime) -> Attempt | None:
        """Send, unless much of the lease is over because calls are slow: then None, and the row is given back."""
        if self.clock() > leased_at + BEGUN_WITHIN:
            return None
        return send(Outside(self.gateway, self.uploads, self.wecom), letter, self.breakers.shut)

    def _came_of(self, letter: Letter, done: "Future[Attempt | None]") -> Attempt | None:
        """The attempt; None if there was none."""
        if error := done.exception():  # written to the row; the others go on
            log.error("due_row_failed", row=letter.push_id, error=type(error).__name__)  # a traceback quotes data
            why = PutOff(POISON_WAIT, type(error).__name__, len(self.work.retry_seconds))
            put_off(self.sessions, Push, letter.push_id, self.clock(), why)
            self._give_back(letter.also)
            return None
        attempt = done.result()
        if attempt is None:
            self._give_back((letter.push_id, *letter.also))
        return attempt

    def _give_back(self, pushes: Sequence[int]) -> None:
        if pushes:
            with self.sessions() as session, session.begin():
                give_back(session, Push, pushes, self.clock())


def _probing(letters: Sequence[Letter], ways: Sequence[Way]) -> list[Letter]:
    """Assign to each way one letter that can be sent by it, as its probe."""
    found = list(letters)
    for way in ways:
        able = [at for at, each in enumerate(found) if way in each.ways]
        if able:
            at = min(able, key=lambda each: len(found[each].probes))
            found[at] = replace(found[at], probes=found[at].probes | {way})
    return found
