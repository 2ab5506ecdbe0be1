"""Alerts to operators (admins): by push, or in a reply while pushes can't be sent."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from handlers.notifications.leaders import Wishes
from handlers.notifications.push_rules import STAFF_TEMPLATE
from handlers.notifications.text_card import text_card
from handlers.town.town import Town
from models.deferred_inserts import append
from models.person import Person, PersonRole, Role
from models.push import Outcome, Push, Rank, is_laid_aside, unfinished

SHUT = "ways_shut"
"""Event of the alert that pushes can't be sent"""
_UNTOLD = (Push.event == SHUT) & (unfinished(Push) | is_laid_aside())


def tell_operators(
    session: Session, town: Town, event: str, key: str, text: str, now: datetime, rank: Rank = Rank.NEWS
) -> int:
    """Alert every admin, once for each key; alerts that aren't urgent follow their choices. Returns how many."""
    told, admins = 0, session.scalars(_admins()).all()
    wishes = Wishes.of(session, admins, danger=rank <= Rank.URGENT)
    for admin in admins:
        own_key = f"{key}:{admin.id}"
        if session.scalar(select(Push.id).where(Push.key == own_key)) is None:
            values = {"person_id": admin.id, "event": event, "text": text, "rank": rank.value}
            values |= {"template": STAFF_TEMPLATE, "fields": text_card(town, text, now)}
            push = {"key": own_key, **values, "due_at": now, "created_at": now}
            append(session, Push, **wishes.heeded(town, admin.id, push, now))
            told += 1
    return told


def in_the_answer(session: Session, person: Person, now: datetime) -> str:
    """Alerts about failing pushes, for this operator's reply (replies still work); "" if there are none."""
    if Role.ADMIN not in person.roles:
        return ""
    mine = (Push.person_id == person.id) & _UNTOLD
    waiting = session.scalars(select(Push).where(mine).order_by(Push.id)).all()
    for push in waiting:
        push.finish(Outcome.SENT, now, "in an answer")
    return "\n".join(push.text for push in waiting)


def no_longer_shut(session: Session, town: Town, text: str, now: datetime) -> None:
    """Pushes work again: alerts not sent yet get this text instead."""
    for push in session.scalars(select(Push).where(_UNTOLD)):
        push.text, push.fields = text, text_card(town, text, now)


def _admins() -> Select[Person]:
    admins = select(PersonRole.person_id).where(PersonRole.role == Role.ADMIN.value)
    return select(Person).where(Person.id.in_(admins), Person.openid.is_not(None)).order_by(Person.id)
