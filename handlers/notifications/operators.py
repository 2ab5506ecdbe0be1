"""What those who keep the program running are told: by a push, or in the answer where no push goes out."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from handlers.notifications.leaders import Wishes
from handlers.town.town import Town
from models.appending import append
from models.person import Person, PersonRole, Role
from models.push import Outcome, Push, Rank, is_laid_aside, unfinished

SHUT = "ways_shut"
"""The event of a push that says that pushes don't go out"""
_UNTOLD = (Push.event == SHUT) & (unfinished(Push) | is_laid_aside())


def tell_operators(
    session: Session, town: Town, event: str, key: str, text: str, now: datetime, rank: Rank = Rank.NEWS
) -> int:
    """To every admin, once for each key: what is not urgent, as they want it. Returns how many were told."""
    told, admins = 0, session.scalars(_admins()).all()
    wishes = Wishes.of(session, admins, danger=rank <= Rank.URGENT)
    for admin in admins:
        own_key = f"{key}:{admin.id}"
        if session.scalar(select(Push.id).where(Push.key == own_key)) is None:
            values = {"person_id": admin.id, "event": event, "text": text, "rank": rank.value}
            push = {"key": own_key, **values, "due_at": now, "created_at": now}
            append(session, Push, **wishes.heeded(town, admin.id, push, now))
            told += 1
    return told


def in_the_answer(session: Session, person: Person, now: datetime) -> str:
    """What an operator was to be told of pushes that don't go out: an answer does go out. "" where there is nothing."""
    if Role.ADMIN not in person.roles:
        return ""
    mine = (Push.person_id == person.id) & _UNTOLD
    waiting = session.scalars(select(Push).where(mine).order_by(Push.id)).all()
    for push in waiting:
        push.finish(Outcome.SENT, now, "in an answer")
    return "\n".join(push.text for push in waiting)


def no_longer_shut(session: Session, text: str) -> None:
    """Who has not been told yet need only hear that it was so."""
    for push in session.scalars(select(Push).where(_UNTOLD)):
        push.text = text


def _admins() -> Select[Person]:
    admins = select(PersonRole.person_id).where(PersonRole.role == Role.ADMIN.value)
    return select(Person).where(Person.id.in_(admins), Person.openid.is_not(None)).order_by(Person.id)
