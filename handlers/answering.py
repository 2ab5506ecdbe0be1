"""The way of a message: understood, then answered in one transaction that keeps message, change and reply."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from handlers import (
    approving,
    correcting,
    desk,
    erasing,
    exporting,
    extending,
    filing,
    joining,
    picking,
    progress,
    questioning,
    readers,
    receipts,
    settling,
    supervising,
    suspending,
    welcome,
    whistle,
    working,
)
from handlers.choosing import chosen
from handlers.dialogue import Context, Kind, Message, Reply, Router, in_state
from handlers.town import Reads, Town
from models.base import Sessions
from models.conversation import Conversation, Inbound
from models.person import Person
from nlp.identities import mask
from nlp.understanding import Understanding

TRIES = 3

picked = Router("picked")

# Order is precedence: what the platform tells, then commands, then the question that is open, then what the words mean.
ROUTERS = (
    receipts.router,
    erasing.router,
    readers.router,
    exporting.router,
    whistle.router,
    working.router,
    approving.router,
    extending.router,
    suspending.router,
    questioning.router,
    settling.router,
    supervising.router,
    correcting.router,
    desk.router,
    picked,
    approving.digits,
    questioning.answers,
    progress.router,
    joining.router,
    filing.router,
    welcome.router,
    welcome.last_resort,
)
welcome.ALL_COMMANDS[:] = [command for router in ROUTERS for command in router.commands]


class Towns(Protocol):
    """Gives the town as it is now; reads it anew when the world has changed."""

    def current(self, session: Session) -> Town: ...

    def reader(self) -> Reads: ...


class Answering:
    """Answers messages. Holds no state of its own: any number of threads and processes may do the same."""

    def __init__(
        self, sessions: Sessions, towns: Towns, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._sessions, self._towns, self._clock = sessions, towns, clock

    def answer(self, message: Message) -> str:
        """The reply's text, "" for silence. A redelivery gets the stored reply and changes nothing.

        Raises whatever went wrong after three tries; then nothing of it is in the database (see `keep_failed`).
        """
        understanding = self._towns.reader().understand(message.text) if message.text.strip() else None
        for _ in range(TRIES - 1):
            try:
                return self._once(message, understanding)
            except (StaleDataError, IntegrityError, OperationalError):
                continue  # somebody else was at the same ticket, person or lock: look again
        return self._once(message, understanding)

    def keep_failed(self, message: Message, failure: str, apology: str) -> str:
        """A message that we could not handle is kept with the apology that it gets, for a person to look at."""
        with self._sessions() as session, session.begin():
            if _receive(session, message, self._clock()):
                inbound = session.get_one(Inbound, message.key)
                inbound.failure, inbound.reply = failure, apology
        return apology

    def _once(self, message: Message, understanding: Understanding | None) -> str:
        now = self._clock()
        with self._sessions() as session, session.begin():
            if not _receive(session, message, now):
                return session.get_one(Inbound, message.key).reply or ""
            reply = self._reply(session, message, understanding, now)
            received = session.get_one(Inbound, message.key)
            received.reply, received.answered_at = reply.text, self._clock()
            return reply.text

    def _reply(self, session: Session, message: Message, understanding: Understanding | None, now: datetime) -> Reply:
        person = _person(session, message, now)
        conversation = session.get(Conversation, person.id)
        open_question = conversation if conversation and conversation.expires_at > now else None
        context = Context(
            message=message,
            session=session,
            now=now,
            person=person,
            town=self._towns.current(session),
            understanding=understanding,
            state=open_question.state if open_question else "",
            slots=open_question.slots if open_question else {},
        )
        reply = route(context)
        _remember(context, conversation, reply)
        return reply


def route(context: Context) -> Reply:
    """The first handler that answers, commands before all. Events that concern nobody are silence."""
    for router in ROUTERS:
        if reply := router.obey(context):
            return reply
    for router in ROUTERS:
        if reply := router.answer(context):
            return reply
    return Reply("", keep=True)


@picked.on(in_state(picking.CHOICE))
def ticket_chosen(context: Context) -> Reply | None:
    """A number out of the list: the command again, now with the ticket's number."""
    numbers = context.slots["numbers"]
    number = chosen(context.text, len(numbers))
    if number is None:
        return None
    text = f"{context.slots['word']} {numbers[number]} {context.slots['words']}".strip()
    return route(replace(context, message=replace(context.message, text=text), state="", slots={}))


def _receive(session: Session, message: Message, now: datetime) -> bool:
    """Write the message down first. False: it is there already (a redelivery; we waited for the first to commit)."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {
        "key": message.key,
        "openid": message.openid,
        "kind": message.kind.value,
        "content": _content(message),
        "received_at": now,
        "failure": "",
    }
    statement = (
        insert(Inbound).values(**row).on_conflict_do_nothing(index_elements=[Inbound.key]).returning(Inbound.key)
    )
    return session.connection().execute(statement).first() is not None


def _content(message: Message) -> Mapping[str, Any]:
    """What is kept of a message beside the ticket that comes of it: to look into trouble, not to call anybody."""
    kept = asdict(message) | {"sent_at": message.sent_at.isoformat(), "extra": dict(message.extra)}
    kept["text"] = mask(message.text)
    return {name: value for name, value in kept.items() if value and name not in {"key", "openid", "kind"}}


def _person(session: Session, message: Message, now: datetime) -> Person:
    """Whoever writes; known from now on. Locked, so that two of their messages are answered one after the other."""
    found = select(Person).where(Person.openid == message.openid).with_for_update()
    person = session.scalar(found)
    if person is None:
        person = Person(openid=message.openid)
        session.add(person)
        session.flush()
    if message.event != "unsubscribe" and (message.kind is not Kind.EVENT or message.event in _OPENING):
        person.last_inbound_at = now
        person.following = True
    return person


_OPENING = frozenset({"subscribe", "scan", "click"})
"""Events that open WeChat's window for messages to a person"""


def _remember(context: Context, conversation: Conversation | None, reply: Reply) -> None:
    """Keep the question that the reply leaves open, or forget the one that was."""
    if reply.keep:
        return
    if not reply.state:
        if conversation:
            context.session.delete(conversation)
        return
    conversation = conversation or Conversation(person_id=context.person.id)
    conversation.state, conversation.slots = reply.state, dict(reply.slots)
    conversation.expires_at = context.now + timedelta(minutes=context.town.habits.question_minutes)
    context.session.add(conversation)
