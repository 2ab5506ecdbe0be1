"""What waited for a person: said below the answer to what they write, else due at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from handlers.notifications.push_rules import asks, overtakes
from handlers.town.town import Town
from models.person import Person
from models.push import Outcome, Push, Rank, is_laid_aside, release

REPLY = "reply"
"""The way of what was said in an answer: it costs none of the messages that the platform takes"""
_MOST_BYTES = 2048
"""Of an answer: a longer one shows the outage notice"""


_WAITING = select(Push).where(is_laid_aside(), Push.person_id == bindparam("person")).order_by(Push.id)


def told_now(session: Session, town: Town, person: Person, now: datetime, answer: str | None) -> str:
    """What to say below the answer; "" where it is pushed instead: a question wants a message of its own.

    `answer` is None where nothing may stand below it.
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
    """Those that are still worth saying; the others are finished."""
    left = []
    for at, older in enumerate(waiting):
        newer = next((each for each in waiting[at + 1 :] if overtakes(each, older)), None)
        if newer:
            older.finish(Outcome.MERGED, now, f"push {newer.id} says more")
        else:
            left.append(older)
    return left


def in_one(town: Town, pushes: Sequence[Push]) -> str:
    """Several in one message, the question at the end, where it is answered."""
    texts = [each.text.strip() for each in sorted(pushes, key=asks)]
    return town.say("push.together", count=len(texts), texts="\n\n".join(texts))
