"""Metrics for Prometheus, read from the database at every scrape, so that any process gives the same values.

Each is of now or of the last minutes, found by an index or among the latest rows, so that scrapes don't get slower
over the years.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from types import MappingProxyType

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.installation.free_disk_space import free_bytes
from bot.worker.breakers import ACCOUNT
from bot.worker.send_push import Way
from handlers.figures.counts import late
from handlers.timers.lost_work import look
from models.breaker import Breaker
from models.conversation import Inbound
from models.push import Outcome, Push, Timer, is_laid_aside, unfinished
from models.replica import State
from models.status_moves import ACTIVE, Status
from models.ticket import Ticket, not_ended
from models.webhook_delivery import Delivery

CONTENT_TYPE = CONTENT_TYPE_LATEST
_LATELY = timedelta(minutes=5)
_LATEST = 10_000
_MOST_REPLIES = 20_000
"""More replies than one machine gives in five minutes"""


def exposition(
    session: Session,
    now: datetime,
    folders: Mapping[str, Path] = MappingProxyType({}),
    replica: State | None = None,
) -> bytes:
    """The answer to a scrape. `folders`: what is written → the folder it is written to."""
    registry = CollectorRegistry()
    unread = Gauge("whistle_replica_not_read", "Figures are read from the primary", ["why"], registry=registry)
    for state in set(State) - {State.FRESH}:
        unread.labels(state.value).set(state is replica)
    room = Gauge("whistle_disk_free_bytes", "Room on the disk of this machine", ["folder"], registry=registry)
    for name, folder in folders.items():
        room.labels(name).set(free_bytes(folder))
    _queues(registry, session, now)
    _replies(registry, session, now)
    _tickets(registry, session, now)
    lost = Gauge("whistle_lost_work", "Work that nobody goes on with", ["kind"], registry=registry)
    for kind, number in look(session, now).by_kind().items():
        lost.labels(kind).set(number)
    return generate_latest(registry)


def _queues(registry: CollectorRegistry, session: Session, now: datetime) -> None:
    retrying = Gauge("whistle_retrying", "Rows tried before, to be tried again", ["queue"], registry=registry)
    for name, rows in (("pushes", Push), ("timers", Timer), ("deliveries", Delivery)):
        retrying.labels(name).set(_count(session, unfinished(rows) & (rows.attempts > 0)))
    _gauge(registry, "pushes_waiting", "Pushes not finished", _count(session, unfinished(Push)))
    _gauge(registry, "pushes_oldest_due_seconds", "How long the oldest due push waits", _age(session, Push, now))
    _gauge(registry, "timers_oldest_due_seconds", "How long the oldest due timer waits", _age(session, Timer, now))
    _gauge(registry, "timers_overdue", "Timers that should have rung", _count(session, Timer.due_at < now))
    aside = Gauge("whistle_pushes_laid_aside", "Pushes that wait for something", ["until"], registry=registry)
    for until, outcome in (("person", Outcome.KEPT), ("way", Outcome.HELD)):
        aside.labels(until).set(_count(session, is_laid_aside() & (Push.outcome == outcome.value)))
    shut = Gauge("whistle_way_shut", "Ways that are shut: the error code", ["way"], registry=registry)
    by_name = {row.name: row for row in session.scalars(select(Breaker).where(Breaker.opened_at.is_not(None)))}
    for way in (ACCOUNT, *Way):
        shut.labels(way).set(abs(by_name[way].code) or 1 if way in by_name else 0)
    latest = Push.id > (session.scalar(select(func.max(Push.id))) or 0) - _LATEST
    given_up = (Push.outcome == Outcome.GAVE_UP.value) & (Push.finished_at > now - timedelta(hours=1))
    _gauge(registry, "pushes_given_up", "Pushes given up in the last hour", _count(session, latest & given_up))
    untold = latest & (Push.unreached_at > now - timedelta(hours=1)) & (Push.outcome != Outcome.SENT.value)
    _gauge(registry, "dangers_not_told", "Dangers that did not reach somebody, last hour", _count(session, untold))


def _age(session: Session, rows: type[Push] | type[Timer], now: datetime) -> float:
    oldest = session.scalar(select(func.min(rows.due_at)).where(rows.due_at <= now))
    return (now - oldest).total_seconds() if oldest else 0


def _replies(registry: CollectorRegistry, session: Session, now: datetime) -> None:
    """Reply times, from the message's arrival to just before its commit; WeChat waits five seconds."""
    lately = select(Inbound.received_at, Inbound.answered_at).where(Inbound.received_at > now - _LATELY)
    rows = session.execute(lately.order_by(Inbound.received_at.desc()).limit(_MOST_REPLIES)).all()
    took = sorted((answered - received).total_seconds() for received, answered in rows if answered)
    seconds = Gauge("whistle_reply_seconds", "Time to answer, last 5 minutes", ["quantile"], registry=registry)
    for share in (0.5, 0.99, 1.0):
        seconds.labels(f"{share:g}").set(took[ceil(share * len(took)) - 1] if took else 0)
    _gauge(registry, "messages", "Messages received in the last 5 minutes", len(rows))
    failed = (Inbound.failure != "") & (Inbound.received_at > now - 3 * _LATELY)
    _gauge(registry, "messages_failed", "Answered with an apology, last 15 minutes", _count(session, failed))


def _tickets(registry: CollectorRegistry, session: Session, now: datetime) -> None:
    by_status = Gauge("whistle_tickets", "Tickets not ended, by status", ["status"], registry=registry)
    statuses = select(Ticket.status, func.count()).where(not_ended()).group_by(Ticket.status)
    counted = dict(session.execute(statuses).all())
    for status in sorted(ACTIVE):
        by_status.labels(status.value).set(counted.get(status.value, 0))
    working = Ticket.status == Status.WORKING.value
    _gauge(registry, "tickets_late", "Open tickets over their limit", _count(session, late(now)))
    unsigned = _count(session, late(now) & ~working)
    _gauge(registry, "tickets_unsigned_late", "Of these: not signed in time", unsigned)


def _gauge(registry: CollectorRegistry, name: str, about: str, value: float) -> None:
    Gauge(f"whistle_{name}", about, registry=registry).set(value)


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0
