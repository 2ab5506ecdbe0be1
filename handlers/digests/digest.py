"""The digest message: its lines, and what the number of each opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.orm import Session

from handlers.dialogue.choices import numbered
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.notifications.leaders import Wishes
from handlers.notifications.push_rules import STAFF_TEMPLATE
from handlers.town.town import Town
from models.conversation import Asked
from models.deferred_inserts import append
from models.person import Person
from models.push import Outcome, Push, Rank, is_laid_aside, unfinished

EVENT = "digest"
DAILY, WEEKLY = "daily_digest", "weekly_digest"
"""Kinds of digest: names of their timers, and part of their pushes' keys"""
MOST = 40
"""Most tickets that a line opens"""
_OPENS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text, the ids of its tickets, or the full text that its number shows."""

    text: str
    tickets: tuple[int, ...] = ()
    whole: str = ""


def unsent(kinds: Sequence[str] = (DAILY,)) -> ColumnElement[bool]:
    """Digests of these kinds that were not delivered; the next one repeats their news."""
    of_kind = or_(*(Push.key.startswith(f"{EVENT}:{kind}:") for kind in kinds))
    return (Push.event == EVENT) & of_kind & (unfinished(Push) | is_laid_aside())


def send(
    session: Session, town: Town, person: Person, kind: str, title: str, lines: Sequence[Line], now: datetime
) -> None:
    """Write one push with all lines; it replaces an older digest that was not sent."""
    older = (Push.person_id == person.id) & unsent((DAILY, WEEKLY) if kind == WEEKLY else (DAILY,))
    session.execute(update(Push).where(older).values(due_at=None, outcome=Outcome.MERGED.value, finished_at=now))
    key = f"{EVENT}:{kind}:{now.timestamp():.0f}:{person.id}"
    text = town.say("digests.told", title=title, lines=numbered([line.text for line in lines]))
    values = {"event": EVENT, "text": text, "template": STAFF_TEMPLATE, "fields": _card(town, title, lines, now)}
    push = {"key": key, "person_id": person.id, "rank": Rank.NEWS, "due_at": now, "created_at": now, **values}
    append(session, Push, **Wishes.of(session, [person], to_them_alone=True).heeded(town, person.id, push, now))
    question = {"key": key, "state": Asks.DIGEST.value, "slots": slots_of(lines), "expires_at": now + _OPENS_FOR}
    append(session, Asked, person_id=person.id, **question)


def slots_of(lines: Sequence[Line]) -> dict[str, object]:
    """The slots of the digest's question: what each number opens."""
    return {
        "groups": [line.tickets[:MOST] for line in lines],
        "names": [line.text for line in lines],
        "wholes": [line.whole for line in lines],
    }


def _card(town: Town, title: str, lines: Sequence[Line], now: datetime) -> dict[str, str]:
    words = "，".join(line.text for line in lines)
    facts = {"happened": title, "what": title, "words": words, "where": town.name, "status": town.say("digests.card")}
    return {**facts, "number": f"{len(lines)}", "due": ticket_text.stamp(now)}
