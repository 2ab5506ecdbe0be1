"""Maps members of WeCom to persons by the column `wecom` of the imported list."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.wecom.cards import PRESSED, goes_on, said_on_card
from handlers.dialogue.message import Message
from handlers.notifications.push_rules import STAFF_TEMPLATE
from handlers.town.town import Town
from models.deferred_inserts import append
from models.person import Person
from models.push import Push, Rank

PREFIX = "wecom:"
"""Start of the openid of people without a chat with the official account, who are reached only in WeCom"""
ANSWERED = "wecom_answer"


def openid_of(session: Session, user: str) -> str | None:
    """None if no member of staff has this id."""
    them = (func.lower(Person.wecom) == user.lower()) & (Person.wecom != "")  # WeCom's ids are case-insensitive
    return session.scalar(select(Person.openid).where(them, Person.openid.is_not(None)).limit(1))


def enrol(session: Session) -> int:
    """Give members without an openid one of their own, so that messages reach them. Returns how many are new."""
    only_there = select(Person).where(Person.openid.is_(None), Person.wecom != "")
    people = session.scalars(only_there).all()
    for person in people:
        person.openid = f"{PREFIX}{person.wecom}"
    return len(people)


def say_later(session: Session, town: Town, now: datetime, answered: Message, words: str) -> None:
    """Put the answer to a click into the outbox, as a message or the next card."""
    person = session.scalars(select(Person).where(Person.openid == answered.openid)).one()
    ticket = goes_on(session, person, answered.text)
    fields = {"via": "wecom", PRESSED: answered.text.partition(" ")[0], "happened": said_on_card(town, answered.text)}
    of_ticket = {"ticket_id": ticket.id, "template": STAFF_TEMPLATE} if ticket else {}
    values = {"event": ANSWERED, "text": words, "rank": Rank.URGENT, "fields": fields, **of_ticket}
    append(session, Push, key=f"answer:{answered.key}", person_id=person.id, **values, due_at=now, created_at=now)
