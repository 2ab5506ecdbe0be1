"""Which photos and voices are sent with a push: those that its reader may see and has not got yet."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.disclosure.policy import Field, VisibleFields, passing
from handlers.notifications.push_rules import RESIDENT_TEMPLATE, STAFF_TEMPLATE
from handlers.town.town import Town
from models.person import Person
from models.push import Outcome, Push
from models.ticket import Attachment, Ticket

PICTURES, ASKED_FOR = "pictures", "pictures_asked"
"""Events of a push with nothing but pictures: new ones, and those that its reader asked for (again)"""
NAMED, SHOWN = "named_pictures", "shown_pictures"
"""Fields of a push: ids of attachments to send, and of those that were sent"""
SENDABLE = ("image", "voice")
MOST = 2
"""Most pictures with a push: the platform accepts only five messages until the person writes again"""
_WITH = {
    STAFF_TEMPLATE: {
        *("dispatch", "red_flag", "red_flag_instead", "red_flag_again", "return_", "reassign", "escalate"),
        *("whistle", "reopen", "merged_in", "supplement", "supervise", "passed_on"),
    },
    RESIDENT_TEMPLATE: {"resolve", "follow_up"},
}


def enclosed(session: Session, town: Town, push: Push, person: Person) -> Sequence[Attachment]:
    """The attachments to send with the push, oldest first; only those already downloaded."""
    if push.ticket_id is None or not (NAMED in push.fields or push.event in _WITH.get(push.template, ())):
        return ()
    kept = (Attachment.ticket_id == push.ticket_id) & (Attachment.stored != "") & Attachment.kind.in_(SENDABLE)
    found = session.scalars(select(Attachment).where(kept).order_by(Attachment.id)).all()
    if not found:
        return ()
    ticket = session.get_one(Ticket, push.ticket_id)
    seen = passing(town, ticket, person)
    mine = [each for each in found if may_see(ticket, seen, each)]
    named = push.fields.get(NAMED)
    if named and push.event != PICTURES:
        return [each for each in mine if each.id in named]
    sent = _sent(session, push)
    if named:
        return [each for each in mine if each.id in named and each.id not in sent]
    of_work = push.template == RESIDENT_TEMPLATE
    return [each for each in mine if each.id not in sent and (each.of_work or not of_work)][-MOST:]


def may_see(ticket: Ticket, seen: VisibleFields, attachment: Attachment) -> bool:
    """By the disclosure table. Photos of work in a flat are not shown to neighbours who follow the ticket."""
    if not attachment.of_work:
        return (Field.VOICE if attachment.kind == "voice" else Field.PHOTOS) in seen.may
    waits_with_them = not {Field.FLAT, Field.NOTES} & seen.may
    return Field.AFTER in seen.may and not (ticket.room and waits_with_them)


def _sent(session: Session, push: Push) -> set[int]:
    before = (Push.person_id == push.person_id) & (Push.ticket_id == push.ticket_id)
    rows = session.scalars(select(Push.fields).where(before, Push.outcome == Outcome.SENT.value))
    return {each for fields in rows for each in fields.get(SHOWN, ())}
