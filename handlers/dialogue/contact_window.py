"""Store when a person wrote or tapped, how many messages the platform takes for them, and their rate limit."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from handlers.dialogue.message import VIA, Kind, Message
from handlers.dialogue.rate_limit import spent
from handlers.town.town import Town
from models.person import Person
from models.prepared_statements import Prepared

_TAPS = frozenset({"subscribe", "scan", "click"})
"""Events that open the platform's window for messages to a person, for a minute"""
_PEOPLE = cast("Table", Person.__table__)
_SEEN = (
    update(_PEOPLE)
    .where(_PEOPLE.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("last_inbound_at", "following", "messages_left")})
)
_READY_SEEN = Prepared[Any](_SEEN)
_WROTE = Prepared[Any](_SEEN.values(wrote_at=bindparam("last_inbound_at"), told_since_wrote=0))
_TAPPED = Prepared[Any](_SEEN.values(tapped_at=bindparam("last_inbound_at"), told_since_tapped=0))


def opens_window(message: Message) -> bool:
    """Whether the platform accepts messages to this person after this message."""
    return message.kind is not Kind.EVENT or message.event in _TAPS


def mark_seen(session: Session, seen: Mapping[Person, Message], town: Town, now: datetime) -> Iterator[str]:
    """Store that these people wrote now, and their rate limit; yields the openids of those over the limit."""
    left = {person: spent(person, town.habits, now) for person in seen}
    rows: dict[Prepared[Any], list[dict[str, Any]]] = {_READY_SEEN: [], _TAPPED: [], _WROTE: []}
    for person in sorted(seen, key=attrgetter("id")):  # a fixed lock order avoids deadlocks
        follows = person.following or VIA not in seen[person].extra  # on another platform they may not follow us
        row = {"last_inbound_at": now, "following": follows, "messages_left": left[person][0]}
        rows[_opened(seen[person])].append({"of": person.id, **row})
        person.__dict__.update(row)  # set without marking as changed: the statements below write it
    for statement, of_them in rows.items():
        if of_them:
            statement.write(session, of_them)
    for person, (_, over) in left.items():
        if over and person.id not in town.staff.people:
            yield cast("str", person.openid)


def _opened(message: Message) -> Prepared[Any]:
    """The statement for the window that the message opens; messages from other platforms open none."""
    if VIA in message.extra:
        return _READY_SEEN
    return _TAPPED if message.kind is Kind.EVENT else _WROTE
