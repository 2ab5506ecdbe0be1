"""What every message reads and writes whatever it says: itself, who wrote it, the open question, the reply.

These statements run for each message, so they are built once and bypass the unit of work where nothing needs it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from handlers.dialogue import Context, Kind, Message, Reply
from models.conversation import Conversation, Inbound
from models.person import Person
from nlp.identities import mask

_OPENING = frozenset({"subscribe", "scan", "click"})
"""Events that open WeChat's window for messages to a person"""

_INBOUND, _QUESTIONS, _PEOPLE = (cast("Table", kind.__table__) for kind in (Inbound, Conversation, Person))
_REPLIED = (
    update(_INBOUND)
    .where(_INBOUND.c.key == bindparam("of"))
    .values(reply=bindparam("reply"), answered_at=bindparam("answered_at"), failure=bindparam("failure"))
)
_SEEN = (
    update(_PEOPLE)
    .where(_PEOPLE.c.id == bindparam("of"))
    .values(last_inbound_at=bindparam("last_inbound_at"), following=True)
)
_WRITER = (
    select(Person, Conversation)
    .outerjoin(Conversation, Conversation.person_id == Person.id)
    .where(Person.openid == bindparam("openid"))
    .options(joinedload(Person.role_rows))
    .with_for_update(of=_PEOPLE)  # two messages of one person are answered one after the other
)
_ANSWERED = delete(_QUESTIONS).where(_QUESTIONS.c.person_id == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Writer:
    """Whoever writes, and the question that is open with them; `asked` where one is stored, stale or not."""

    person: Person
    asked: bool = False
    state: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)


def receive(session: Session, message: Message, now: datetime) -> bool:
    """Write the message down first. False: it is there already (a redelivery; we waited for the first to commit)."""
    row = {
        "key": message.key,
        "openid": message.openid,
        "kind": message.kind.value,
        "content": _content(message),
        "received_at": now,
        "failure": "",
        "reply": None,
    }
    return session.connection().execute(_new_message(_dialect(session)), row).first() is not None


def write_reply(session: Session, message: Message, reply: str, at: datetime | None, failure: str = "") -> None:
    """Keep what is answered: a redelivery gets the same."""
    values = {"reply": reply, "answered_at": at, "failure": failure}
    session.connection().execute(_REPLIED, {"of": message.key, **values})


def open_with(session: Session, message: Message, now: datetime) -> Writer:
    """Whoever writes, known from now on, with the question that is open."""
    found = session.execute(_WRITER, {"openid": message.openid}).unique().one_or_none()
    person = found[0] if found else _new_person(session, message)
    if message.event != "unsubscribe" and (message.kind is not Kind.EVENT or message.event in _OPENING):
        session.connection().execute(_SEEN, {"of": person.id, "last_inbound_at": now})
        set_committed_value(person, "last_inbound_at", now)
        set_committed_value(person, "following", True)  # noqa: FBT003  (SQLAlchemy's own signature)
    question = found[1] if found else None
    if question is None or question.expires_at <= now:
        return Writer(person, asked=question is not None)
    return Writer(person, asked=True, state=question.state, slots=question.slots)


def remember(context: Context, writer: Writer, reply: Reply) -> None:
    """Keep the question that the reply leaves open, or forget the one that was."""
    if reply.keep:
        return
    connection = context.session.connection()
    if reply.state:
        expires_at = context.now + timedelta(minutes=context.town.habits.question_minutes)
        values = {"state": reply.state, "slots": dict(reply.slots), "expires_at": expires_at}
        connection.execute(_question(_dialect(context.session)), {"person_id": writer.person.id, **values})
    elif writer.asked:
        connection.execute(_ANSWERED, {"of": writer.person.id})


def _new_person(session: Session, message: Message) -> Person:
    person = Person(openid=message.openid)
    session.add(person)
    session.flush()
    return person


def _content(message: Message) -> Mapping[str, Any]:
    """What is kept of a message beside the ticket that comes of it: to look into trouble, not to call anybody."""
    kept = asdict(message) | {"sent_at": message.sent_at.isoformat(), "extra": dict(message.extra)}
    kept["text"] = mask(message.text)
    return {name: value for name, value in kept.items() if value and name not in {"key", "openid", "kind"}}


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


@cache
def _new_message(dialect: str) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_INBOUND).on_conflict_do_nothing(index_elements=["key"]).returning(_INBOUND.c.key)


@cache
def _question(dialect: str) -> Insert:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_QUESTIONS)
    news = {name: statement.excluded[name] for name in ("state", "slots", "expires_at")}
    return statement.on_conflict_do_update(index_elements=["person_id"], set_=news)
