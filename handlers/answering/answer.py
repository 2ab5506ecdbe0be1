"""A message is parsed, then answered in one transaction that stores the message, the changes and the reply.

Messages that come at the same time share the transaction.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, product
from typing import Any

from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from handlers.answering.batch import Batch, Failed, Pending, Take
from handlers.answering.read_only import Found, ReadOnlyPath, found_read_only
from handlers.answering.router_order import COMMANDS
from handlers.answering.routers import route
from handlers.answering.said_often import ReadingCache
from handlers.dialogue.context import Context
from handlers.dialogue.inbox import keep_no_words, receive, remember, replies_to, write_replies
from handlers.dialogue.message import Message, Reply
from handlers.dialogue.senders import Writer, open_with
from handlers.dialogue.states import Asks
from handlers.neighbours.same_event import Matter, MatterTakenError, lock_matters, read_ahead
from handlers.notifications.deferred import told_now
from handlers.notifications.operators import in_the_answer
from handlers.questions.chart import plan_picture
from handlers.residents.unanswered import keep_unfinished
from handlers.tickets.by_number import read_named
from handlers.town.town import Town, Towns
from models.connecting import is_deadlock
from models.replica import Replica
from models.sessions import Sessions
from nlp.reading.understanding import Intent, Understanding

TRIES = 3
PATIENCE_SECONDS = 1.0
"""After this no further try: WeChat waits for 5 s, and the apology has to be written too"""

_CONFLICTS = (StaleDataError, IntegrityError, OperationalError, MatterTakenError)
"""Errors raised when two transactions write the same ticket, person or lock"""


InBackground = Callable[[Callable[[], Found | None]], Found | None]
"""Runs a slow look-up in the background, so that other requests don't wait, and returns its result"""


class Answering:
    """Answers messages. Holds no state of its own: any number of threads and processes may do the same."""

    def __init__(
        self,
        sessions: Sessions,
        reading: Sessions,
        towns: Towns,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        yield_to_others: Callable[[], None] = lambda: None,
        in_background: InBackground = lambda look_up: look_up(),
        replica: Replica | None = None,
    ) -> None:
        self._sessions, self._towns, self._clock, self._in_background = sessions, towns, clock, in_background
        self._said_often = ReadingCache()
        self._read_only = ReadOnlyPath(reading, replica or Replica(), towns, COMMANDS, route)
        self._batch = Batch(self._answer_all, yield_to_others)
        self._failed = Batch(self._keep_all, yield_to_others)

    def answer(self, message: Message) -> str:
        """The reply's text, "" for silence. A redelivery gets the stored reply and changes nothing.

        Raises whatever went wrong after three tries; then nothing of it is in the database (see `keep_failed`).
        """
        text = message.text
        understanding = self._said_often.understand(self._towns.reader(), text) if text.strip() else None
        waiting = Pending(message, understanding, self._looked_up(message, understanding))
        self._batch.wait(waiting)
        if waiting.failure:
            raise waiting.failure
        return waiting.reply or ""

    def _looked_up(self, message: Message, understanding: Understanding | None) -> Found | None:
        now = self._clock()
        if not self._read_only.is_for(message, now):
            return None
        return self._in_background(lambda: self._read_only.found(message, understanding, now))

    def keep_failed(self, message: Message, failure: str, apology: str) -> str:
        """Store a message that we could not handle with its apology, so that an operator can look at it."""
        apology = self.in_danger(message, apology)
        failed = Failed(message, None, why=failure, apology=apology)
        self._failed.wait(failed)
        if failed.failure:
            raise failed.failure
        return apology

    def in_danger(self, message: Message, apology: str) -> str:
        """The apology; if the message tells of a danger, behind the advice what to do first. Reads no database."""
        seen = self._said_often.understand(self._towns.reader(), message.text) if message.text.strip() else None
        if seen is None or not seen.red_flag:
            return apology
        town = self._towns.known
        return f"{town.say(f'red_flag.{seen.red_flag}', **town.contacts.model_dump())}\n\n{apology}"

    def _keep_all(self, take: Take[Failed]) -> None:
        """Store failed messages in one batch: if the database is locked, they wait for the lock only once."""
        try:
            with self._sessions() as session, session.begin():
                session.connection()
                new = receive(session, [each.message for each in take()], self._clock())
                for each in take():
                    if each.message.key in new:
                        write_replies(session, {each.message.key: each.apology}, None, each.why)
        except SQLAlchemyError as error:
            for each in take():
                each.failure = error
        else:
            for each in take():
                each.reply = ""

    def _answer_all(self, take: Take[Pending]) -> None:
        """Answer all in one transaction; if it fails, each in its own, so that one message fails alone."""
        patience = time.monotonic() + PATIENCE_SECONDS
        failure = self._tried(take)
        if isinstance(failure, MatterTakenError):
            take()[0].matters.update(failure.matters)
            failure = self._tried(take)
        for each in take() if failure else ():
            each.failure = self._tried_alone(each, failure, patience)

    def _tried_alone(self, waiting: Pending, failure: Exception | None, patience: float) -> Exception | None:
        """Retry a conflict (same ticket, person or lock) up to three times, while there is time.

        A deadlock is always retried: PostgreSQL takes a second to detect it; by then the other transaction is done.
        """
        for number in range(TRIES):
            is_over = time.monotonic() > patience and not (number == 0 and failure and is_deadlock(failure))
            if isinstance(failure, _CONFLICTS) and is_over:
                return failure
            if isinstance(failure, MatterTakenError):
                waiting.matters.update(failure.matters)
            failure = self._tried(lambda: [waiting])
            if not isinstance(failure, _CONFLICTS):
                return failure
        return failure

    def _tried(self, take: Take[Pending]) -> Exception | None:
        try:
            self._once(take)
        except Exception as error:  # noqa: BLE001  (any error belongs to this message; the others are answered)
            return error
        return None

    def _once(self, take: Take[Pending]) -> None:
        with self._sessions() as session, session.begin():
            session.connection()  # SQLite has one writer: messages that come while we wait join this batch
            batch, now = take(), self._clock()
            new = receive(session, [each.message for each in batch], now)
            replies = self._replies(session, [each for each in batch if each.message.key in new], now)
            if len(new) < len(batch):
                replies |= replies_to(session, [each.message.key for each in batch if each.message.key not in new])
        for each in batch:
            each.reply = replies[each.message.key]

    def _replies(self, session: Session, batch: Sequence[Pending], now: datetime) -> dict[str, str]:
        """Replies by message key; stored for a redelivery, together with the question that each leaves open."""
        if not batch:
            return {}
        town = self._towns.current(session)
        writers = open_with(session, [each.message for each in batch], town, now)
        likely = [_likely_matters(town, each, writers[each.message.openid]) for each in batch]
        matters = {*chain.from_iterable(likely), *chain.from_iterable(each.matters for each in batch)}
        lock_matters(session, matters)
        read_ahead(session, town, matters, now)
        read_named(session, town, [each.message.text for each in batch if writers[each.message.openid].works_here])
        answered = []
        for each in sorted(batch, key=_files):
            writer = writers[each.message.openid]
            context = writer.says(each.message, each.understanding, session, town, now, COMMANDS)
            reply = _held_up(context, writer) or found_read_only(session, each.found, writer)
            reply = reply or keep_unfinished(context, writer.stale, route)
            answered.append((context, writer, reply))
        remember(session, answered)
        for context, _, reply in answered:
            if reply.pictured:
                plan_picture(session, context.message.key, context.person.id, context.now)
        replies = {context.message.key: _with_what_waits(context, writer, reply) for context, writer, reply in answered}
        write_replies(session, replies | _in_no_words(session, answered), self._clock())
        return replies


def _in_no_words(session: Session, answered: Sequence[tuple[Context, Writer, Reply]]) -> dict[str, str]:
    """What a redelivery gets instead of a reply that names people of a private list, by message key."""
    private = {context.message.key: context.say("visits.said_once") for context, _, reply in answered if reply.private}
    if private:
        keep_no_words(session, list(private))
    return private


def _with_what_waits(context: Context, writer: Writer, reply: Reply) -> str:
    """The reply, then the pushes that waited for this person, then alerts that an operator can't get by push."""
    session, now, text = context.session, context.now, reply.text
    news = ""
    if writer.is_awaited and writer.is_here:
        has_room = bool(text) and not reply.state
        news = told_now(session, context.town, writer.person, now, text if has_room else None)
    trouble = in_the_answer(session, context.person, now) if text else ""
    return "\n\n".join(filter(None, (text, news, trouble)))


def _held_up(context: Context, writer: Writer) -> Reply | None:
    """Refuse a message over the rate limit, unless it may be about a danger."""
    said = context.understanding
    danger = said and (said.red_flag or said.danger_question)
    if not writer.is_hasty or danger or any(question.state == Asks.DANGER for question in writer.open_questions):
        return None
    return Reply(context.say("too_fast"), keep=True)


def _files(waiting: Pending) -> bool:
    """Sort key: reports are answered last, because they take longest to write."""
    return bool(waiting.understanding and waiting.understanding.intent is Intent.REPORT)


def _likely_matters(town: Town, waiting: Pending, writer: Writer) -> Iterable[Matter]:
    """Place and category pairs that the message may be filed under, from its text or the open question's draft."""
    said, asked = waiting.understanding, _asked(writer)
    told = said and said.intent is Intent.REPORT
    categories = {said.category, *[part.category for part in said.parts]} if said and told else set()
    if asked.get("category"):
        categories.add(asked["category"])
    return product(_likely_places(town, said, asked, writer), categories) if categories else ()


def _likely_places(town: Town, said: Understanding | None, asked: Mapping[str, Any], writer: Writer) -> Iterable[int]:
    """Ids of places the message may be about: the place it names, the open question's, the writer's home."""
    mention = said.place if said else None
    named = town.world.places_named(mention.known) if mention and mention.known else ()
    return filter(None, [*[place.id for place in named], asked.get("place_id"), writer.person.home_place_id])


def _asked(writer: Writer) -> Mapping[str, Any]:
    """The slots of the newest question about a report draft; empty if none is open."""
    for each in writer.stale or writer.of_replies:
        if each.slots.get("category"):
            return each.slots
    return {}
