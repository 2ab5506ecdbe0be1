"""What every message reads and writes whatever it says: itself, who wrote it, the open question, the reply.

One statement of each kind for all messages that are answered together, built once, past the unit of work.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from handlers.dialogue.beneath import stored
from handlers.dialogue.context import Context
from handlers.dialogue.message import Message, Reply
from handlers.dialogue.states import ACCEPTS, Asks, lasts
from handlers.dialogue.writers import Writer
from models.appending import dialect_of
from models.bulk import insert_into
from models.conversation import REPLY, Asked, Inbound
from models.listed import one_of
from nlp.reading.identities import mask

_KEPT = tuple(each.name for each in fields(Message) if each.name not in {"key", "openid", "kind"})

_INBOUND, _QUESTIONS = (cast("Table", kind.__table__) for kind in (Inbound, Asked))
_STORED = select(_INBOUND.c.key, _INBOUND.c.reply).where(one_of(_INBOUND.c.key, "keys"))
_NEW = sqlite.insert(_INBOUND).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
_NEW_OR_WAIT = postgresql.insert(_INBOUND).on_conflict_do_nothing(index_elements=["key"]).returning(_INBOUND.c.key)
_REPLIED = (
    update(_INBOUND)
    .where(_INBOUND.c.key == bindparam("of"))
    .values(reply=bindparam("reply"), answered_at=bindparam("answered_at"), failure=bindparam("failure"))
)
# SQLite has one writer: what another transaction has written is answered
_ANSWERED_BEFORE = _STORED.with_only_columns(_INBOUND.c.key).where(_INBOUND.c.reply.is_not(None))
_ANSWERED = delete(_QUESTIONS).where(_QUESTIONS.c.person_id == bindparam("of"), _QUESTIONS.c.key == REPLY)


def receive(session: Session, messages: Sequence[Message], now: datetime) -> Collection[str]:
    """Write the messages down first. The keys of those that are new.

    The others are there already: redeliveries; where another process is at one just now, we have waited for it.
    """
    rows = {message.key: _row(message, now) for message in messages}
    if dialect_of(session) == "postgresql":
        in_order = [rows[key] for key in sorted(rows)]  # two processes may be at the same two redeliveries
        return set(session.connection().scalars(_NEW_OR_WAIT, in_order))
    written = session.connection().execute(_NEW, list(rows.values())).rowcount
    if written == len(rows):
        return rows.keys()
    return rows.keys() - session.connection().scalars(_ANSWERED_BEFORE, {"keys": list(rows)}).all()


def replies_to(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """What redelivered messages were answered before."""
    found = session.connection().execute(_STORED, {"keys": list(keys)})
    return {key: reply or "" for key, reply in found}


def write_replies(session: Session, replies: Mapping[str, str], at: datetime | None, failure: str = "") -> None:
    """Keep what is answered, by message key: a redelivery gets the same."""
    rows = [{"of": key, "reply": reply, "answered_at": at, "failure": failure} for key, reply in replies.items()]
    session.connection().execute(_REPLIED, rows)


def keep_no_words(session: Session, keys: Sequence[str]) -> None:
    """Of messages that name people of a private list."""
    session.connection().execute(update(_INBOUND).where(_INBOUND.c.key.in_(keys)).values(content={}))


def remember(session: Session, answered: Iterable[tuple[Context, Writer, Reply]]) -> None:
    """Keep the questions that replies leave open, or forget those that were answered or dropped."""
    asked, over = [], []
    for context, writer, reply in answered:
        person = writer.person.id
        if reply.keep:
            continue
        if reply.state:
            asked.append({"person_id": person, **_left_open(context, reply)})
        elif writer.asked:
            over.append({"of": person})
    if asked:
        session.connection().execute(_question(dialect_of(session)), asked)
    if over:
        session.connection().execute(_ANSWERED, over)


def _left_open(context: Context, reply: Reply) -> dict[str, Any]:
    usual = timedelta(minutes=context.town.habits.question_minutes)
    expires_at = context.now + lasts(reply.state, reply.slots, usual)
    question = reply.question if ACCEPTS[Asks(reply.state)].repeats else ""
    values = {"state": reply.state, "slots": stored(reply), "text": question, "key": REPLY}
    return {**values, "shown_at": context.now, "expires_at": expires_at}


def _row(message: Message, now: datetime) -> dict[str, Any]:
    return {
        "key": message.key,
        "openid": message.openid,
        "kind": message.kind.value,
        "content": _content(message),
        "received_at": now,
        "failure": "",
        "reply": None,
    }


def _content(message: Message) -> Mapping[str, Any]:
    """What is kept of a message beside the ticket that comes of it: to look into trouble, not to call anybody."""
    kept = {name: getattr(message, name) for name in _KEPT}
    kept |= {"sent_at": message.sent_at.isoformat(), "extra": dict(message.extra), "text": mask(message.text)}
    return {name: value for name, value in kept.items() if value}


@cache
def _question(dialect: str) -> Insert:
    statement = insert_into(_QUESTIONS, dialect)
    news = {name: statement.excluded[name] for name in ("state", "slots", "text", "shown_at", "expires_at")}
    return statement.on_conflict_do_update(index_elements=["person_id", "key"], set_=news)
