"""Forgetting a person: what they wrote and what names them goes, what was done about it stays (docs/adr/0011).

The one place that changes a history's words. Statuses, times and figures stay true; whoever opens the ticket sees
that its words were erased, and when.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from models.conversation import Conversation, Inbound
from models.follower import Follower
from models.learning import Correction
from models.moves import NOTE, RATE
from models.person import Guess, Person
from models.push import Outcome, Push, Timer
from models.ticket import SYSTEM, Attachment, Ticket, TicketEvent
from nlp.identities import mask

GONE = "（居民已删除）"
FORGET, DROP_MEDIA = "forget_messages", "drop_media"
WITHDRAWAL = "withdraw"
"""The push that tells a team to stop; it must still arrive"""
REPLIES_KEPT = timedelta(days=2)
"""Longer than any redelivery; then every night wipes what was answered"""
_REDELIVERY = timedelta(minutes=15)
"""WeChat repeats a message for seconds; by then its key, which holds the openid, may go"""


def erase(session: Session, person: Person, now: datetime, *, answering: str = "") -> None:
    """Forget this person. `answering` is the key of the message being answered: it goes a little later."""
    session.flush()
    openid = person.openid or ""
    tickets = session.scalars(select(Ticket).where(Ticket.reporter_id == person.id)).all()
    for ticket in tickets:
        _empty(ticket, now)
    session.flush()
    _erase_words(session, person, [ticket.id for ticket in tickets])
    _drop_media(session, Attachment.person_id == person.id, now)
    _erase_pushes(session, person, [ticket.id for ticket in tickets], now)
    _erase_messages(session, openid, [ticket.number or "" for ticket in tickets], now, answering)
    _erase_person(session, person)
    if not answering:  # else the answer closes the conversation
        session.execute(delete(Conversation).where(Conversation.person_id == person.id))


def forget_messages(session: Session, timer: Timer) -> None:
    """The rest of an erasure, once no redelivery can come: messages up to it, and the timer's own memory of whose."""
    openid = timer.key.split(":", 2)[2]
    mine = (Inbound.openid == openid) & (Inbound.received_at <= timer.created_at)
    session.execute(delete(Inbound).where(mine))
    timer.key = f"{FORGET}:{timer.id}"


def drop_media(session: Session, condition: ColumnElement[bool], now: datetime, limit: int | None = None) -> int:
    """Have stored photos and voices deleted. Returns how many."""
    return _drop_media(session, condition & (Attachment.stored != ""), now, limit)


def _empty(ticket: Ticket, now: datetime) -> None:
    """A ticket without its words, and without what tells a home: the building stays, for the figures."""
    ticket.text = ticket.title = GONE
    ticket.unit = ticket.room = ""
    ticket.lat = ticket.lng = None
    ticket.answer = mask(ticket.answer)
    if ticket.place_id is None:
        ticket.place_name = ""  # a resident's own words
    ticket.apply(NOTE, by=SYSTEM, at=now, note="按居民要求删除了个人信息")


def _erase_words(session: Session, person: Person, tickets: Sequence[int]) -> None:
    """Their words in histories. By statement, not through the model: that refuses any change of a history."""
    said = (TicketEvent.by_person == person.id) & (TicketEvent.by_role == "resident")
    words = said & (TicketEvent.note != "") & (TicketEvent.move != RATE.name)
    session.execute(update(TicketEvent).where(words).values(note=GONE))
    notes = select(TicketEvent.id, TicketEvent.note).where(TicketEvent.ticket_id.in_(tickets))
    for event_id, note in session.execute(notes).all():
        if mask(note) != note:
            session.execute(update(TicketEvent).where(TicketEvent.id == event_id).values(note=mask(note)))
    session.execute(update(Follower).where(Follower.person_id == person.id).values(text=""))
    session.execute(delete(Correction).where(Correction.ticket_id.in_(tickets)))


def _drop_media(session: Session, condition: ColumnElement[bool], now: datetime, limit: int | None = None) -> int:
    """Forget where they came from at once; the files go by a timer, for a handler touches no disk."""
    found = session.scalars(select(Attachment).where(condition).order_by(Attachment.id).limit(limit)).all()
    fetching = (Timer.kind == "fetch_media") & Timer.subject_id.in_([each.id for each in found])
    waiting = {"due_at": None, "outcome": Outcome.DROPPED.value, "finished_at": now}
    session.execute(update(Timer).where(fetching, Timer.due_at.is_not(None)).values(waiting))
    for attachment in found:
        attachment.media_id, attachment.fields = "", {}
        key = f"{DROP_MEDIA}:{attachment.id}"
        if attachment.stored and session.scalar(select(Timer.id).where(Timer.key == key)) is None:
            session.add(Timer(key=key, kind=DROP_MEDIA, subject_id=attachment.id, due_at=now, created_at=now))
    return len(found)


def _erase_pushes(session: Session, person: Person, tickets: Sequence[int], now: datetime) -> None:
    theirs = (Push.person_id == person.id) | (Push.ticket_id.in_(tickets) & (Push.event != WITHDRAWAL))
    unsent = {"due_at": None, "outcome": Outcome.DROPPED.value, "finished_at": now}
    session.execute(update(Push).where(theirs, Push.due_at.is_not(None)).values(unsent))
    session.execute(update(Push).where(theirs).values(text=GONE, fields={}))


def _erase_messages(session: Session, openid: str, numbers: Sequence[str], now: datetime, answering: str) -> None:
    mine = Inbound.openid == openid
    session.execute(delete(Inbound).where(mine, Inbound.received_at < now - _REDELIVERY))
    session.execute(update(Inbound).where(mine, Inbound.key != answering).values(content={}, reply="", failure=""))
    for number in numbers:  # what staff were shown of these tickets stands in their own conversations
        shown = (Inbound.received_at > now - REPLIES_KEPT) & Inbound.reply.contains(number)
        session.execute(update(Inbound).where(shown, Inbound.key != answering).values(reply=""))
    key = f"{FORGET}:{now.timestamp():.0f}:{openid}"
    session.add(Timer(key=key, kind=FORGET, due_at=now + _REDELIVERY, created_at=now))


def _erase_person(session: Session, person: Person) -> None:
    """The row stays, for tickets and votes refer to it; nothing leads from it to anybody."""
    person.openid = f"erased-{secrets.token_hex(16)}"
    person.name = person.phone = person.wecom = ""
    person.home_place_id = person.last_inbound_at = None
    person.home_building = person.home_unit = person.home_room = ""
    person.following = False
    session.execute(delete(Guess).where(Guess.person_id == person.id))
