"""Delete data that is older than the config allows. Runs every night, in small batches."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from handlers.privacy.erasure import drop_media, erase
from handlers.town.privacy import Privacy
from handlers.town.town import Town
from models.conversation import Asked, Inbound
from models.person import Guess, Person, PersonRole
from models.push import Push
from models.status_moves import ACTIVE
from models.ticket import Attachment, Ticket
from models.webhook_delivery import Delivery

BITE = 500
ANSWERED_KEPT = timedelta(days=1)
_IS_DONE = Inbound.answered_at.is_not(None) & (Inbound.failure == "")


def tidy(session: Session, town: Town, now: datetime) -> bool:
    """Delete one batch of each kind. True: there may be more."""
    privacy = town.privacy
    wiped = [
        _messages(session, (Inbound.received_at < now - ANSWERED_KEPT) & _IS_DONE),
        _messages(session, Inbound.received_at < now - timedelta(days=privacy.message_days)),
        _conversations(session, now - timedelta(days=privacy.message_days)),
        _pushes(session, now - timedelta(days=privacy.message_days)),
        _deliveries(session, now - timedelta(days=privacy.message_days)),
        _media(session, now, privacy),
        _people(session, town, now, now - timedelta(days=privacy.people_days)),
    ]
    session.execute(delete(Guess).where(Guess.at < now - timedelta(days=1)))
    return max(wiped) >= BITE


def _messages(session: Session, those: ColumnElement[bool]) -> int:
    """Delete whole rows, because a message's key contains the openid.

    An answered message is stored only for redeliveries, which come within seconds; a report's words are on its ticket.
    A failed message is kept longer, for an operator to look at.
    """
    old = select(Inbound.key).where(those).order_by(Inbound.received_at).limit(BITE)
    keys = session.scalars(old).all()
    session.execute(delete(Inbound).where(Inbound.key.in_(keys)))
    return len(keys)


def _conversations(session: Session, before: datetime) -> int:
    """Delete expired questions, whose slots contain earlier words and addresses."""
    stale = select(Asked.id).where(Asked.expires_at < before).limit(BITE)
    people = session.scalars(stale).all()
    session.execute(delete(Asked).where(Asked.id.in_(people)))
    return len(people)


def _pushes(session: Session, before: datetime) -> int:
    """Delete the words of old pushes; their event and time stay."""
    old = select(Push.id).where(Push.finished_at < before, Push.text != "").order_by(Push.id).limit(BITE)
    ids = session.scalars(old).all()
    session.execute(update(Push).where(Push.id.in_(ids)).values(text="", fields={}))
    return len(ids)


def _deliveries(session: Session, before: datetime) -> int:
    """Delete old deliveries to other systems."""
    old = select(Delivery.id).where(Delivery.finished_at < before).limit(BITE)
    ids = session.scalars(old).all()
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    return len(ids)


def _media(session: Session, now: datetime, privacy: Privacy) -> int:
    ended = now - timedelta(days=privacy.media_days)
    old = Attachment.ticket_id.in_(select(Ticket.id).where(Ticket.ended_at < ended))
    loose = Attachment.ticket_id.is_(None) & (Attachment.created_at < now - timedelta(days=privacy.message_days))
    return drop_media(session, (old | loose) & (Attachment.media_id != ""), now, BITE)


def _people(session: Session, town: Town, now: datetime, before: datetime) -> int:
    """Erase residents who haven't written for long and have no open ticket. Staff are removed by an operator."""
    waits = exists().where(Ticket.reporter_id == Person.id, Ticket.status.in_([each.value for each in ACTIVE]))
    works = exists().where(PersonRole.person_id == Person.id)
    gone = select(Person).where(Person.last_inbound_at < before, ~waits, ~works).order_by(Person.id).limit(BITE)
    found = session.scalars(gone).all()
    for person in found:
        erase(session, town, person, now)
    return len(found)
