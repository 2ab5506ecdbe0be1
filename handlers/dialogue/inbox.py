"""Reads and writes the rows that every message needs: inbound message, sender, open question, reply.

Each batch takes one statement of each kind. They are built once and bypass SQLAlchemy's unit of work.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from handlers.dialogue.context import Context
from handlers.dialogue.message import Message, Reply
from handlers.dialogue.question_stack import stored
from handlers.dialogue.senders import Writer
from handlers.dialogue.states import ACCEPTS, lasts
from models.bulk_insert import insert_into
from models.conversation import REPLY, Asked, Inbound
from models.deferred_inserts import dialect_of
from models.list_condition import one_of
from models.prepared_statements import Prepared
from nlp.reading.identities import mask

_KEPT = tuple(each.name for each in fields(Message) if each.name not in {"key", "openid", "kind"})

_INBOUND, _QUESTIONS = (cast("Table", kind.__table__) for kind in (Inbound, Asked))
_COLUMNS = ("key", "openid", "kind", "content", "received_at", "failure", "reply")
_STORED = select(_INBOUND.c.key, _INBOUND.c.reply).where(one_of(_INBOUND.c.key, "keys"))
_REPLIES = Prepared[tuple[str, str | None]](_STORED)
_NEW = Prepared[Any](sqlite.insert(_INBOUND).on_conflict_do_nothing(), _COLUMNS)
_NEW_OR_WAIT = postgresql.insert(_INBOUND).on_conflict_do_nothing(index_elements=["key"]).returning(_INBOUND.c.key)
_REPLIED = Prepared[Any](
    update(_INBOUND)
    .where(_INBOUND.c.key == bindparam("of"))
    .values(reply=bindparam("reply"), answered_at=bindparam("answered_at"), failure=bindparam("failure"))
)
# SQLite has one writer: a row that another transaction has committed already has its reply
_ANSWERED_BEFORE = Prepared[tuple[str]](_STORED.with_only_columns(_INBOUND.c.key).where(_INBOUND.c.reply.is_not(None)))
_ANSWERED = Prepared[Any](
    delete(_QUESTIONS).where(_QUESTIONS.c.person_id == bindparam("of"), _QUESTIONS.c.key == REPLY)
)


def receive(session: Session, messages: Sequence[Message], now: datetime) -> Collection[str]:
    """Store the messages; returns the keys of the new ones.

    The others are redeliveries. If another process is answering one now, the insert waits until it is done.
    """
    rows = {message.key: _row(message, now) for message in messages}
    if dialect_of(session) == "postgresql":
        in_order = [rows[key] for key in sorted(rows)]  # two processes may get the same redeliveries
        return set(session.connection().scalars(_NEW_OR_WAIT, in_order))
    if _NEW.write(session, list(rows.values())) == len(rows):
        return rows.keys()
    return rows.keys() - {key for (key,) in _ANSWERED_BEFORE.rows(session, {"keys": list(rows)})}


def replies_to(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """The stored replies of redelivered messages, by message key."""
    return {key: reply or "" for key, reply in _REPLIES.rows(session, {"keys": list(keys)})}


def write_replies(session: Session, replies: Mapping[str, str], at: datetime | None, failure: str = "") -> None:
    """Store replies by message key, so that a redelivery gets the same one."""
    rows = [{"of": key, "reply": reply, "answered_at": at, "failure": failure} for key, reply in replies.items()]
    _REPLIED.write(session, rows)


def keep_no_words(session: Session, keys: Sequence[str]) -> None:
    """Delete the stored content of messages that name people of a private list."""
    session.connection().execute(update(_INBOUND).where(_INBOUND.c.key.in_(keys)).values(content={}))


def remember(session: Session, answered: Iterable[tuple[Context, Writer, Reply]]) -> None:
    """Store the questions that replies leave open; delete those that were answered or dropped."""
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
        _question(dialect_of(session)).write(session, asked)
    if over:
        _ANSWERED.write(session, over)


def _left_open(context: Context, reply: Reply) -> dict[str, Any]:
    usual = timedelta(minutes=context.town.habits.question_minutes)
    expires_at = context.now + lasts(reply.state, reply.slots, usual)
    question = reply.question if ACCEPTS[reply.state].repeats else ""
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
    """The stored content of a message: enough to investigate a fault, with telephone numbers masked."""
    kept = {name: getattr(message, name) for name in _KEPT}
    kept |= {"sent_at": message.sent_at.isoformat(), "extra": dict(message.extra), "text": mask(message.text)}
    return {name: value for name, value in kept.items() if value}


@cache
def _question(dialect: str) -> Prepared[Any]:
    statement = insert_into(_QUESTIONS, dialect)
    news = {name: statement.excluded[name] for name in ("state", "slots", "text", "shown_at", "expires_at")}
    asked = statement.on_conflict_do_update(index_elements=["person_id", "key"], set_=news)
    return Prepared(asked, ("person_id", "key", *news))
