"""Figures for Prometheus, read from the database at every scrape: true whichever of many processes is asked."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handlers.figures import late
from models.conversation import Inbound
from models.push import Push, Timer
from models.ticket import Ticket

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition(session: Session, now: datetime) -> bytes:
    """The text that a scrape gets."""
    registry = CollectorRegistry()
    for name, about, value in _gauges(session, now):
        Gauge(name, about, registry=registry).set(value)
    by_status = Gauge("whistle_tickets", "Tickets by status", ["status"], registry=registry)
    for status, number in session.execute(select(Ticket.status, func.count()).group_by(Ticket.status)):
        by_status.labels(status).set(number)
    return generate_latest(registry)


def _gauges(session: Session, now: datetime) -> list[tuple[str, str, float]]:
    def count(condition: object) -> float:
        return session.scalar(select(func.count()).where(condition)) or 0  # type: ignore[arg-type]

    oldest = session.scalar(select(func.min(Push.created_at)).where(Push.due_at.is_not(None), Push.due_at <= now))
    return [
        ("whistle_pushes_waiting", "Pushes not finished", count(Push.due_at.is_not(None))),
        (
            "whistle_pushes_oldest_due_seconds",
            "Age of the oldest due push",
            (now - oldest).total_seconds() if oldest else 0,
        ),
        ("whistle_pushes_given_up", "Pushes given up", count(Push.outcome == "gave_up")),
        ("whistle_timers_overdue", "Timers that should have rung", count(Timer.due_at < now)),
        ("whistle_messages_failed", "Messages answered with an apology", count(Inbound.failure != "")),
        ("whistle_tickets_late", "Tickets over their limit", count(late(now))),
    ]
