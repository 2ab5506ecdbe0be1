"""After the download of a photo or voice, or its failure: notify those who wait for it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialogue.media import NAMES
from handlers.dialogue.message import Kind
from handlers.evidence.heard_right import heard_later, listen, not_heard
from handlers.evidence.photo_duty import look_into
from handlers.notifications.audience import audience
from handlers.notifications.pictures import NAMED, PICTURES, SENDABLE
from handlers.notifications.push_rules import RESIDENT_TEMPLATE, STAFF_TEMPLATE, Audience
from handlers.notifications.pushes import may_hear
from handlers.town.town import Town
from models.deferred_inserts import append
from models.push import Outcome, Push, Rank
from models.status_moves import NOTE, Status
from models.ticket import SYSTEM, Attachment, Ticket


def arrived(session: Session, town: Town, attachment: Attachment, now: datetime) -> None:
    """Send it to recipients who were notified of the ticket before; others get it with their notification."""
    if town.hears and attachment.kind == Kind.VOICE:
        (not_heard if attachment.fields.get("unplayable") else listen)(session, town, attachment, now)
    ticket = session.get(Ticket, attachment.ticket_id) if attachment.ticket_id else None
    if ticket is None or attachment.kind not in SENDABLE:
        return
    if attachment.of_work:
        look_into(session, town, ticket, now)
    template = RESIDENT_TEMPLATE if attachment.of_work else STAFF_TEMPLATE
    told = (Push.ticket_id == ticket.id) & (Push.template == template) & (Push.outcome == Outcome.SENT.value)
    already = set(session.scalars(select(Push.person_id).where(told)))
    for person in _waiting(session, town, ticket, now, of_work=attachment.of_work):
        if person in already:
            _bring(session, ticket, person, attachment.id, now if ticket.red_flag else town.quiet_hours.wait(now))


def _waiting(session: Session, town: Town, ticket: Ticket, now: datetime, *, of_work: bool) -> Iterable[int]:
    """Ids of people who wait: staff for residents' photos, residents for photos of the finished work."""
    whom = Audience.RESIDENTS if of_work else Audience.TEAM
    if of_work and ticket.status != Status.RESOLVED:
        return ()
    found = audience(session, town, ticket, whom, now)
    return [each.id for each in found if each.id is not None and each.openid and may_hear(town, ticket, each)]


def _bring(session: Session, ticket: Ticket, person: int, attachment: int, now: datetime) -> None:
    append(
        session,
        Push,
        key=f"{PICTURES}:{attachment}:{person}",
        person_id=person,
        ticket_id=ticket.id,
        event=PICTURES,
        text="",
        fields={NAMED: [attachment]},
        rank=Rank.NEWS,
        due_at=now,
        created_at=now,
    )


def delayed(session: Session, town: Town, attachment: Attachment, now: datetime) -> None:
    """The download has to be tried again: who speaks is told so, because we promised to listen at once."""
    if town.hears and attachment.kind == Kind.VOICE:
        heard_later(session, town, attachment, now)


def lost(session: Session, town: Town, attachment: Attachment, now: datetime) -> None:
    """The download failed for good: note it in the ticket's history."""
    _note(session, town, attachment, now, "history.media_lost")


def refused(session: Session, town: Town, attachment: Attachment, now: datetime) -> None:
    """The file is invalid: ask the sender for another one."""
    what = NAMES[Kind(attachment.kind)]
    _note(session, town, attachment, now, "history.media_refused")
    append(
        session,
        Push,
        key=f"media_refused:{attachment.id}",
        person_id=attachment.person_id,
        ticket_id=attachment.ticket_id,
        event="media_refused",
        text=town.say("push.media_refused", what=what),
        due_at=now,
        created_at=now,
    )


def _note(session: Session, town: Town, attachment: Attachment, now: datetime, key: str) -> None:
    ticket = session.get(Ticket, attachment.ticket_id) if attachment.ticket_id else None
    if ticket:
        ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say(key, what=NAMES[Kind(attachment.kind)]))
