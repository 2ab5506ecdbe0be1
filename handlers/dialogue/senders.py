"""The senders of a batch with their open questions, read by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased, lazyload

from handlers.dialogue.command import Command
from handlers.dialogue.contact_window import mark_seen, opens_window
from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Message
from handlers.dialogue.push_questions import carried_by_pushes
from handlers.dialogue.question_stack import apart
from handlers.town.town import Town
from models.announcement import Announcement
from models.conversation import REPLY, Asked
from models.deferred_inserts import dialect_of
from models.list_condition import one_of
from models.person import Person
from models.push import Push, is_laid_aside
from models.status_condition import stands
from models.status_moves import Status
from models.ticket import Attachment, Ticket
from nlp.reading.understanding import Understanding

_PEOPLE = cast("Table", Person.__table__)
_CARRIED = aliased(Asked)
_IS_PUSHED = exists().where(_CARRIED.person_id == Person.id, _CARRIED.key != REPLY)
_HOLDS_MEDIA = exists().where(
    Attachment.person_id == Person.id, Attachment.ticket_id.is_(None), Attachment.created_at >= bindparam("since")
)
_IS_AWAITED = exists().where(is_laid_aside(), Push.person_id == Person.id)
_LACKS_PLACE = exists().where(
    Ticket.reporter_id == Person.id,
    Ticket.team.is_(None),
    stands((Status.INCOMPLETE, Status.PENDING, Status.RECEIVED)),
)
_FILED_LATELY = (
    select(func.count())
    .where(Ticket.reporter_id == Person.id, Ticket.created_at > bindparam("yesterday"))
    .scalar_subquery()
)
_NOTICE_ON = exists().where(
    Announcement.confirmed_at.is_not(None),
    Announcement.starts_at <= bindparam("now"),
    Announcement.ends_at > bindparam("now"),
)
_WRITERS = (
    select(
        Person,
        *(Asked.state, Asked.slots, Asked.text, Asked.shown_at, Asked.expires_at),
        *(_IS_PUSHED, _HOLDS_MEDIA, _LACKS_PLACE, _IS_AWAITED, _NOTICE_ON, _FILED_LATELY),
    )
    .outerjoin(Asked, (Asked.person_id == Person.id) & (Asked.key == REPLY))
    .where(one_of(Person.openid, "openids"))
    .options(lazyload(Person.role_rows))
    .order_by(Person.id)
)
# Two messages of one person are answered one after the other; a push to that person need not wait. Lock first,
# then read: a statement that waits for a lock returns the question as it was before. SQLite has one writer.
_ONE_BY_ONE = (
    select(_PEOPLE.c.id)
    .where(one_of(_PEOPLE.c.openid, "openids"))
    .order_by(_PEOPLE.c.id)  # a fixed lock order avoids deadlocks
    .with_for_update(key_share=True)
)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Writer:
    """The sender and their open questions; `asked`: a question row is stored, expired or not."""

    person: Person
    asked: bool = False
    question: OpenQuestion | None = None
    """The question that our last reply left open"""
    beneath: tuple[OpenQuestion, ...] = ()
    """Older questions that wait under it, the nearest first"""
    pushed: tuple[OpenQuestion, ...] = ()
    """Questions in pushes, the one shown last first"""
    spoke_at: datetime | None = None
    holds_media: bool = False
    """They sent photos that still belong to no ticket"""
    lacks_place: bool = False
    """A report of theirs has no team, most likely because its place is unknown"""
    notice_on: bool = True
    """An announcement is in force now"""
    is_awaited: bool = False
    """Pushes wait until the person writes"""
    is_here: bool = False
    """They have just written or tapped, so waiting pushes can be sent"""
    filed_lately: int = 0
    """Number of reports in the last 24 hours"""
    stale: tuple[OpenQuestion, ...] = ()
    """Questions that have expired"""
    is_hasty: bool = False
    """They are over the rate limit"""

    @property
    def works_here(self) -> bool:
        return self.person.is_staff or self.person.is_overseer

    @property
    def state(self) -> str:
        return self.question.state if self.question else ""

    @property
    def slots(self) -> Mapping[str, Any]:
        return self.question.slots if self.question else {}

    @property
    def of_replies(self) -> tuple[OpenQuestion, ...]:
        """The open questions that our replies asked."""
        return (self.question, *self.beneath) if self.question else self.beneath

    @property
    def open_questions(self) -> tuple[OpenQuestion, ...]:
        """All open questions, the one shown last first; a push that is not sent yet comes last."""
        if not self.pushed:
            return self.of_replies  # already in order
        both = (*self.of_replies, *self.pushed)
        return tuple(sorted(both, key=lambda each: each.shown_at or _NEVER, reverse=True))

    def says(
        self,
        message: Message,
        understanding: Understanding | None,
        session: Session,
        town: Town,
        now: datetime,
        commands: Sequence[Command] = (),
    ) -> Context:
        """The context for a message of this sender."""
        return Context(
            message=message,
            session=session,
            now=now,
            person=self.person,
            town=town,
            understanding=understanding,
            state=self.state,
            slots=self.slots,
            asked=self.open_questions,
            spoke_at=self.spoke_at,
            holds_media=self.holds_media,
            lacks_place=self.lacks_place,
            filed_lately=self.filed_lately,
            notice_on=self.notice_on,
            commands=commands,
        )


def open_with(session: Session, messages: Sequence[Message], town: Town, now: datetime) -> dict[str, Writer]:
    """Senders by openid with their open questions; new senders are stored. Takes one message a person."""
    openids = [message.openid for message in messages]
    if dialect_of(session) == "postgresql":
        session.connection().execute(_ONE_BY_ONE, {"openids": openids})
    writers = _known(session, openids, town, now)
    writers |= _new_people(session, [openid for openid in openids if openid not in writers])
    seen = {writers[message.openid].person: message for message in messages if opens_window(message)}
    hasty = {*mark_seen(session, seen, town, now)}
    for openid, writer in writers.items():
        writer.is_hasty, writer.is_here = openid in hasty, writer.person in seen
    return writers


def known_writer(session: Session, openid: str, town: Town, now: datetime) -> Writer | None:
    """The sender, without locking or storing; None if unknown."""
    return _known(session, [openid], town, now).get(openid)


def _known(session: Session, openids: Sequence[str], town: Town, now: datetime) -> dict[str, Writer]:
    since = now - town.habits.waits_for_words
    moments = {"since": since, "yesterday": now - timedelta(days=1), "now": now}
    found = session.execute(_WRITERS, {"openids": openids, **moments}).all()
    town.staff.recognise(row[0] for row in found)
    writers = {cast("str", row[0].openid): _writer(now, *row) for row in found}
    if asked := [row[0].id for row in found if row[6]]:
        pushed = carried_by_pushes(session, asked, now)
        for writer in writers.values():
            writer.pushed = pushed.get(writer.person.id, ())
    return writers


def _writer(
    now: datetime,
    person: Person,
    state: str | None,
    slots: Mapping[str, Any],
    text: str,
    shown_at: datetime | None,
    until: datetime,
    *flags: int,
) -> Writer:
    _, holds_media, lacks_place, is_awaited, notice_on = map(bool, flags[:-1])
    asked = apart(state, slots, text, shown_at or now) if state is not None else ()
    is_over = bool(asked) and until <= now
    return Writer(
        person,
        asked=bool(asked),
        question=asked[0] if asked and not is_over else None,
        beneath=() if is_over else asked[1:],
        stale=asked if is_over else (),
        spoke_at=person.last_inbound_at,
        holds_media=holds_media,
        lacks_place=lacks_place,
        notice_on=notice_on,
        is_awaited=is_awaited,
        filed_lately=flags[-1],
    )


def _new_people(session: Session, openids: Sequence[str]) -> dict[str, Writer]:
    people = [Person(openid=openid) for openid in openids]
    if people:
        session.add_all(people)
        session.flush()
    return {cast("str", person.openid): Writer(person) for person in people}
