"""Transcripts of voice messages: the speaker confirms them; a plain danger is handled without confirmation."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.states import Asks
from handlers.tickets.filing import latest_of
from handlers.town.town import Town
from models.conversation import Asked
from models.deferred_inserts import append
from models.push import Push, Rank, Timer
from models.status_moves import NOTE
from models.ticket import SYSTEM, Attachment, Ticket

HEAR = "hear"
"""Kind of the timer that starts the transcription"""
BY_MACHINE = frozenset({"heard", "heard_danger"})
"""Events of pushes that contain a transcript"""
_SHOWN = 300
_JUST_NOW = timedelta(minutes=2)


def listen(session: Session, _town: Town, attachment: Attachment, now: datetime) -> None:
    """Schedule the transcription."""
    key = f"{HEAR}:{attachment.id}"
    append(session, Timer, key=key, kind=HEAR, subject_id=attachment.id, due_at=now, created_at=now)


def dangerous(town: Town, text: str) -> bool:
    return bool(town.reader.understand(text).red_flag)


def heard(session: Session, town: Town, attachment: Attachment, text: str, now: datetime) -> None:
    """Ask the speaker to confirm the transcript; if the voice belongs to a ticket, note it there instead."""
    ticket = session.get(Ticket, attachment.ticket_id) if attachment.ticket_id else None
    if ticket:
        ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say("history.heard", text=text[:_SHOWN]))
        return
    person = attachment.person_id
    forget(session, person)
    key = _push(session, attachment, "heard", town.say("push.heard", text=text[:_SHOWN]), now)
    append(
        session,
        Asked,
        person_id=person,
        key=key,
        state=Asks.HEARD,
        slots={"text": text},
        text="",
        expires_at=now + timedelta(minutes=town.habits.question_minutes),
    )


def forget(session: Session, person: int) -> None:
    """Delete open questions about transcripts, because only the latest one is asked about."""
    session.execute(delete(Asked).where(Asked.person_id == person, Asked.state == Asks.HEARD.value))


def as_written(context: Context) -> Context:
    """The context as if the person had written the transcript; the question about it is closed."""
    forget(context.session, context.person.id)
    text, others = context.slots["text"], [each for each in context.asked if each is not context.question]
    own = next((each for each in others if each.is_of_reply), None)
    return replace(
        context,
        message=replace(context.message, text=text, kind=Kind.TEXT),
        understanding=context.town.reader.understand(text),
        asked=others,
        state=own.state if own else "",
        slots=own.slots if own else {},
        question=None,
        choice=None,
    )


def wrong(context: Context) -> Reply:
    """The transcript is wrong: ask the speaker to say it again."""
    forget(context.session, context.person.id)
    return Reply(context.say("filing.say_again"), keep=True)


def heard_later(session: Session, town: Town, attachment: Attachment, now: datetime) -> None:
    """The recogniser is away or slow, or the voice could not be fetched yet: ask for words, once a voice."""
    if attachment.ticket_id is None:
        _push(session, attachment, "heard_later", town.say("push.heard_later"), now)


def not_heard(session: Session, town: Town, attachment: Attachment, now: datetime) -> None:
    """No transcript (silence, music, a broken file): the voice is kept, and staff can listen to it."""
    if attachment.ticket_id is None:
        _push(session, attachment, "not_heard", town.say("push.not_heard"), now)


def heard_danger(session: Session, town: Town, attachment: Attachment, text: str, reply: str, now: datetime) -> None:
    """A danger was filed from an unconfirmed transcript: tell the speaker and note it on the ticket."""
    said = town.say("push.heard_danger", text=text[:_SHOWN], reply=reply)
    _push(session, attachment, "heard_danger", said, now)
    if ticket := latest_of(session, attachment.person_id, now - _JUST_NOW):
        ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say("history.heard_danger"))


def _push(session: Session, attachment: Attachment, event: str, text: str, now: datetime) -> str:
    key = f"{event}:{attachment.id}"
    append(
        session,
        Push,
        key=key,
        person_id=attachment.person_id,
        event=event,
        text=text,
        rank=Rank.URGENT,  # the person is writing to us now
        due_at=now,
        created_at=now,
    )
    return key
