"""Failing subscribers: delay their deliveries, and in the end give them up and alert operators."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from handlers.notifications.operators import tell_operators
from handlers.town.town import Town
from models.push import Outcome
from models.ticket import CHINA
from models.webhook_delivery import Delivery


def put_off(session: Session, subscriber: str, until: datetime) -> None:
    """Delay all deliveries of a subscriber that has just failed, because the next one would fail too."""
    due = (Delivery.subscriber == subscriber) & (Delivery.due_at < until)
    session.execute(update(Delivery).where(due).values(due_at=until))


def give_up(session: Session, town: Town, subscriber: str, why: str, now: datetime, after: timedelta) -> int:
    """Give up deliveries older than `after`; alert operators, at most once a day. Returns how many."""
    old = (Delivery.subscriber == subscriber) & Delivery.due_at.is_not(None) & (Delivery.created_at <= now - after)
    count = session.scalar(select(func.count()).where(old)) or 0
    if count:
        ended = {"due_at": None, "outcome": Outcome.GAVE_UP.value, "finished_at": now, "reason": why}
        session.execute(update(Delivery).where(old).values(ended))
        hours = int(after.total_seconds() // 3600)
        text = town.say("subscribers.given_up", name=subscriber, hours=hours, count=count, why=why)
        key = f"subscriber:{subscriber}:{now.astimezone(CHINA):%Y%m%d}"
        tell_operators(session, town, "subscriber_given_up", key, text, now)
    return count
