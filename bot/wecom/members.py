"""Members of WeCom are the people of the town: by `wecom` in the imported list, one person in both."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.appending import append
from models.person import Person
from models.push import Push, Rank
from models.sessions import Sessions

PREFIX = "wecom:"
"""Opens the openid of those who have no chat with the official account: they are told in WeCom alone"""
ANSWERED = "wecom_answer"


def openid_of(session: Session, user: str) -> str | None:
    """None: nobody of that name works here."""
    them = (func.lower(Person.wecom) == user.lower()) & (Person.wecom != "")  # WeCom's ids know no case
    return session.scalar(select(Person.openid).where(them, Person.openid.is_not(None)).limit(1))


def enrol(session: Session) -> int:
    """Who has no openid and is a member can be told there, and be spoken to. Returns how many are new."""
    only_there = select(Person).where(Person.openid.is_(None), Person.wecom != "")
    people = session.scalars(only_there).all()
    for person in people:
        person.openid = f"{PREFIX}{person.wecom}"
    return len(people)


def say_later(sessions: Sessions, clock: Callable[[], datetime], openid: str, key: str, words: str) -> None:
    """The answer to a click, as a message: it goes through the outbox as all else does."""
    if not words:
        return
    now = clock()
    with sessions() as session, session.begin():
        person = session.scalar(select(Person.id).where(Person.openid == openid))
        values = {"event": ANSWERED, "text": words, "rank": Rank.URGENT, "fields": {"via": "wecom"}}
        append(session, Push, key=f"answer:{key}", person_id=person, **values, due_at=now, created_at=now)
