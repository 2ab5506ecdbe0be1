"""The loop that notifies subscribers, apart from the worker's, so that a slow subscriber delays no push."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.outgoing_webhooks.posting import NotTakenError, Subscriber, post
from bot.wechat.http import SessionOfThread
from handlers.outgoing_webhooks.body import body_of
from handlers.outgoing_webhooks.undelivered import give_up, put_off
from handlers.town.town import Town, Towns
from models.push import Outcome, claim
from models.sessions import Sessions
from models.webhook_delivery import Delivery

_BATCH = 5
"""Each may take eight seconds, and the lease lasts a minute"""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A delivery with everything that sending needs, loaded before the session is closed."""

    id: int
    subscriber: str
    attempts: int
    told: Mapping[str, Any] | None
    """None: there is nothing that this subscriber may be told"""


def _parcel(session: Session, town: Town, delivery: Delivery) -> _Parcel:
    return _Parcel(delivery.id, delivery.subscriber, delivery.attempts, body_of(session, town, delivery))


@dataclass(frozen=True, slots=True)
class Courier:
    """Claims deliveries, closes the session, sends them, and records the outcome."""

    sessions: Sessions
    towns: Towns
    subscribers: Mapping[str, Subscriber]
    retry_seconds: Sequence[int]
    give_up_after: timedelta
    poll_seconds: float
    clock: Callable[[], datetime]
    _own: SessionOfThread = field(default_factory=SessionOfThread, repr=False)

    def run(self, stop: threading.Event) -> None:
        """Runs until `stop` is set."""
        while not stop.is_set():
            try:
                busy = self.once()
            except SQLAlchemyError as error:  # claimed deliveries fall due again when their lease ends
                log.error("database_away", error=type(error).__name__)  # noqa: TRY400
                busy = False
            if not busy:
                stop.wait(self.poll_seconds)

    def once(self) -> bool:
        """Runs one round. True if there was something to send."""
        with self.sessions() as session, session.begin():
            town = self.towns.current(session)
            claimed = claim(session, Delivery, self.clock(), _BATCH)
            parcels = [_parcel(session, town, each) for each in claimed]
        parcels.sort(key=lambda parcel: (parcel.subscriber, parcel.id))
        for name, theirs in groupby(parcels, lambda parcel: parcel.subscriber):
            self._tell(name, list(theirs))
        return bool(parcels)

    def _tell(self, name: str, parcels: Sequence[_Parcel]) -> None:
        """Sends in order; the first failure postpones the rest."""
        subscriber = self.subscribers.get(name)
        for at, parcel in enumerate(parcels):
            if parcel.told is None or subscriber is None:
                self._settle(parcel, Outcome.DROPPED, "not to be told")
                continue
            try:
                post(self._own, subscriber, parcel.told, self.clock())
            except NotTakenError as error:
                self._failed(parcel, [each.id for each in parcels[at + 1 :]], str(error))
                return
            self._settle(parcel, Outcome.SENT)

    def _settle(self, parcel: _Parcel, outcome: Outcome, why: str = "") -> None:
        with self.sessions() as session, session.begin():
            session.get_one(Delivery, parcel.id).finish(outcome, self.clock(), why)

    def _failed(self, parcel: _Parcel, untried: Sequence[int], why: str) -> None:
        now, name = self.clock(), parcel.subscriber
        pause = self.retry_seconds[min(parcel.attempts, len(self.retry_seconds)) - 1]
        again = now + timedelta(seconds=pause)
        log.warning("subscriber_failed", subscriber=name, attempt=parcel.attempts, why=why)
        with self.sessions() as session, session.begin():
            session.get_one(Delivery, parcel.id).try_again(again, why)
            _untried(session, untried, again)
            put_off(session, name, again)
            given_up = give_up(session, self.towns.current(session), name, why, now, self.give_up_after)
        if given_up:
            log.error("subscriber_given_up", subscriber=name, count=given_up, why=why)


def _untried(session: Session, ids: Sequence[int], again: datetime) -> None:
    """Postpones deliveries that were claimed but not tried; they don't count as attempts."""
    leased = update(Delivery).where(Delivery.id.in_(ids))
    session.execute(leased.values(due_at=again, attempts=Delivery.attempts - 1))
