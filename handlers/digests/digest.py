"""A digest as it is sent: each line with the tickets that its number opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from handlers.dialogue.choices import numbered
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.notifications.tellings import STAFF_TEMPLATE
from handlers.town.town import Town
from models.appending import append
from models.conversation import Asked
from models.person import Person
from models.push import Outcome, Push, Rank, is_laid_aside, unfinished

EVENT = "digest"
MOST = 40
"""Tickets that a line opens at most"""
_OPENS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """What it says, and the ids of its tickets."""

    text: str
    tickets: tuple[int, ...]


def send(session: Session, town: Town, person: Person, title: str, lines: Sequence[Line], now: datetime) -> None:
    """One push in the place of all that was to be said; an older one that has not gone out is overtaken by it."""
    older = (Push.person_id == person.id) & (Push.event == EVENT) & (unfinished(Push) | is_laid_aside())
    session.execute(update(Push).where(older).values(due_at=None, outcome=Outcome.MERGED.value, finished_at=now))
    key = f"{EVENT}:{now.timestamp():.0f}:{person.id}"
    text = town.say("digests.told", title=title, lines=numbered([line.text for line in lines]))
    values = {"event": EVENT, "text": text, "template": STAFF_TEMPLATE, "fields": _card(town, title, lines, now)}
    append(session, Push, key=key, person_id=person.id, rank=Rank.NEWS, due_at=now, created_at=now, **values)
    slots = {"groups": [line.tickets[:MOST] for line in lines], "names": [line.text for line in lines]}
    question = {"key": key, "state": Asks.DIGEST.value, "slots": slots, "expires_at": now + _OPENS_FOR}
    append(session, Asked, person_id=person.id, **question)


def _card(town: Town, title: str, lines: Sequence[Line], now: datetime) -> dict[str, str]:
    words = "，".join(line.text for line in lines)
    facts = {"happened": title, "what": title, "words": words, "where": town.name, "status": town.say("digests.card")}
    return {**facts, "number": f"{len(lines)}", "due": ticket_text.stamp(now)}
