"""Pushes that wait for a person: said below the reply to their next message, else sent at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from handlers.notifications.push_rules import asks, overtakes
from handlers.town.town import Town
from models.person import Person
from models.push import Outcome, Push, Rank, is_laid_aside, release

REPLY = "reply"
"""The `way` of a push that was said in a reply; it costs none of the platform's message quota"""
_MOST_BYTES = 2048
"""The platform's limit for a reply: a longer one shows its outage notice"""


_WAITING = select(Push).where(is_laid_aside(), Push.person_id == bindparam("person")).order_by(Push.id)


def told_now(session: Session, town: Town, person: Person, now: datetime, answer: str | None) -> str:
    """The text to add below the reply; "" if it is pushed instead, because a question needs its own message.

    `answer` is None if nothing may be added to the reply.
    """
    waiting = list(session.scalars(_WAITING, {"person": person.id}))
    left = drop_overtaken(waiting, now)
    said = in_one(town, left) if left else ""
    fits = answer is not None and len(f"{answer}\n\n{said}".encode()) <= _MOST_BYTES
    if not fits or any(asks(push) or push.rank == Rank.DANGER for push in left):
        session.flush()
        release(session, Push.person_id == person.id, now)
        return ""
    for push in left:
        push.finish(Outcome.SENT, now)
        push.way = REPLY
    return said


def drop_overtaken(waiting: Sequence[Push], now: datetime) -> list[Push]:
    """Finish pushes that a newer one makes needless; returns the rest."""
    left = []
    for at, older in enumerate(waiting):
        newer = next((each for each in waiting[at + 1 :] if overtakes(each, older)), None)
        if newer:
            older.finish(Outcome.MERGED, now, f"push {newer.id} says more")
        else:
            left.append(older)
    return left


def in_one(town: Town, pushes: Sequence[Push]) -> str:
    """Several pushes in one message, the question last."""
    texts = [each.text.strip() for each in sorted(pushes, key=asks)]
    return town.say("push.together", count=len(texts), texts="\n\n".join(texts))
