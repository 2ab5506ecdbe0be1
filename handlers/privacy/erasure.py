"""Erase a person: their words and identity are deleted, the record of the work stays (docs/adr/0011).

The only place that changes words in a history. Statuses, times and figures stay; the ticket's readers see that its
words were erased, and when.
"""

import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.orm import Session

from handlers.disclosure.masks import shielded
from handlers.notifications.ticket_text import address
from handlers.tickets.filing import TITLE_LENGTH
from handlers.town.privacy import for_staff
from handlers.town.town import Town
from models.conversation import Asked, Inbound
from models.deferred_inserts import append
from models.follower import Follower
from models.learning import Correction
from models.open311 import Open311Request
from models.person import Guess, Person, PersonRole
from models.push import Outcome, Push, Timer
from models.reception import Demand
from models.scores import Thanks
from models.status_moves import NOTE, RATE
from models.ticket import SYSTEM, Attachment, Ticket, TicketEvent
from models.volunteers import Volunteer
from nlp.reading.identities import mask

GONE = "（居民已删除）"
FORGET, DROP_MEDIA = "forget_messages", "drop_media"
WITHDRAWAL = "withdraw"
"""Event of the push that tells a team to stop; erasure must not delete it"""
FIRST_LEFT = "最早反映的居民退出，其他邻居还在等"
"""History note: the first reporter left, so the ticket's text is of a person who no longer follows it"""
REPLIES_KEPT = timedelta(days=2)
"""How long replies are stored, which is longer than any redelivery takes"""
_FEW = 4
_REDELIVERY = timedelta(minutes=15)
"""WeChat redelivers a message for some seconds; after this its key, which contains the openid, is deleted"""

_TELLS = 4
"""Characters from which a template field's text counts as a quotation, not as a chance match"""


def erase(session: Session, town: Town, person: Person, now: datetime, *, answering: str = "") -> None:
    """Erase this person. `answering` is the key of the message being answered, which is deleted later."""
    session.flush()
    openid = person.openid or ""
    tickets = session.scalars(select(Ticket).where(Ticket.reporter_id == person.id)).all()
    shared = _shared(session, person)
    _erase_quotations(session, person, tickets, shared)  # needs the words, which are still in the histories
    for ticket in tickets:
        _empty(town, ticket, now)
    for ticket in _begun(session, person, shared):
        _give_to_the_next(session, ticket)
    session.flush()
    _erase_words(session, person, [ticket.id for ticket in tickets])
    _drop_media(session, Attachment.person_id == person.id, now)
    _erase_pushes(session, person, [ticket.id for ticket in tickets], now)
    _erase_messages(session, openid, now, answering)
    _erase_replies(session, [ticket.number or "" for ticket in tickets], Inbound.key != answering, now)
    _erase_replies(session, [ticket.number or "" for ticket in shared], Inbound.openid.in_(_staff()), now)
    _erase_person(session, person)
    if not answering:  # else the reply deletes the open question
        session.execute(delete(Asked).where(Asked.person_id == person.id))


def forget_messages(session: Session, timer: Timer) -> None:
    """Finish an erasure when no redelivery can come: delete messages up to it, and the openid in the timer's key."""
    openid = timer.key.split(":", 2)[2]
    mine = (Inbound.openid == openid) & (Inbound.received_at <= timer.created_at)
    session.execute(delete(Inbound).where(mine))
    timer.key = f"{FORGET}:{timer.id}"


def drop_media(session: Session, condition: ColumnElement[bool], now: datetime, limit: int | None = None) -> int:
    """Schedule the deletion of stored photos and voices. Returns how many."""
    return _drop_media(session, condition & (Attachment.stored != ""), now, limit)


def _empty(town: Town, ticket: Ticket, now: datetime) -> None:
    """Delete a ticket's words and its flat; the building stays, for the figures."""
    ticket.text = ticket.title = GONE
    ticket.unit = ticket.room = ""
    ticket.lat = ticket.lng = None
    ticket.answer = mask(ticket.answer)
    if ticket.place_id is None:
        ticket.place_name = ""  # a resident's own words
    ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say("history.erased"))


def _shared(session: Session, person: Person) -> Sequence[Ticket]:
    """Other people's tickets that contain words of this person."""
    spoke = select(TicketEvent.ticket_id).where(_said_by(person))
    joined = select(Follower.ticket_id).where(Follower.person_id == person.id)
    others = Ticket.reporter_id.is_distinct_from(person.id)
    return session.scalars(select(Ticket).where(Ticket.id.in_(spoke.union(joined)), others)).all()


def _begun(session: Session, person: Person, shared: Sequence[Ticket]) -> list[Ticket]:
    """Tickets that they reported first and then left to their neighbours."""
    left = select(TicketEvent.ticket_id).where(_said_by(person), TicketEvent.note == FIRST_LEFT)
    ids = set(session.scalars(left))
    return [ticket for ticket in shared if ticket.id in ids]


def _give_to_the_next(session: Session, ticket: Ticket) -> None:
    """Replace the ticket's text by the next reporter's words, and erase the first one's from its pushes."""
    next_one = session.get(Follower, (ticket.id, ticket.reporter_id))
    ticket.text = (next_one.text if next_one else "") or GONE
    ticket.title = ticket.text[:TITLE_LENGTH]
    flat = address("", "", ticket.unit, ticket.room)
    ticket.unit = ticket.room = ""
    session.flush()
    told = (Push.ticket_id == ticket.id) & Push.due_at.is_(None)
    session.execute(update(Push).where(told).values(text=GONE, fields={}))
    for push in session.scalars(select(Push).where(Push.ticket_id == ticket.id, Push.due_at.is_not(None))):
        push.text = push.text.replace(flat, "")
        push.fields = {name: value.replace(flat, "") for name, value in push.fields.items()}


def _said_by(person: Person) -> ColumnElement[bool]:
    return (TicketEvent.by_person == person.id) & (TicketEvent.by_role == "resident")


def _erase_quotations(session: Session, person: Person, tickets: Sequence[Ticket], shared: Sequence[Ticket]) -> None:
    """Erase quotations of this person's words in others' tickets: notes of merged tickets, and pushes to staff.
    The others' words stay.
    """
    ids = [ticket.id for ticket in shared]
    for merged in tickets:
        quoting = (TicketEvent.ticket_id.in_(ids)) & TicketEvent.note.startswith(quoted(merged, ""))
        session.execute(update(TicketEvent).where(quoting).values(note=quoted(merged, GONE)))
    notes = select(TicketEvent.note).where(TicketEvent.ticket_id.in_(ids), _said_by(person), TicketEvent.note != "")
    texts = select(Follower.text).where(Follower.ticket_id.in_(ids), Follower.person_id == person.id)
    begun = _begun(session, person, shared)
    said = [*session.scalars(notes.union(texts)), *(ticket.text for ticket in [*tickets, *begun])]
    words = {form for each in said for form in _as_told(each)}
    pushes = select(Push).where(Push.ticket_id.in_(ids), Push.person_id.in_(select(PersonRole.person_id)))
    for push in session.scalars(pushes) if words else ():
        push.text = _without(push.text, words)
        push.fields = {name: GONE if _quotes(value, words) else value for name, value in push.fields.items()}


def _quotes(field: str, words: Collection[str]) -> bool:
    """Whether a template field quotes one of the words, in full or cut to the field's length."""
    told = str(field).rstrip("…. ")
    return bool(told) and any(each in told or (len(told) >= _TELLS and told in each) for each in words if each)


def quoted(ticket: Ticket, words: str) -> str:
    """The note in the history of the remaining ticket that quotes a merged one."""
    return f"并入{ticket.number}：{words}"


def _without(text: str, words: Collection[str]) -> str:
    """The text of a push with these words replaced; the push itself is still sent."""
    for each in sorted(words, key=len, reverse=True):
        text = text.replace(each, GONE)
    return text


def _as_told(said: str) -> Iterator[str]:
    """The forms in which a push may quote these words: with or without a prefix (「没解决：」), numbers masked.
    Very short words are skipped: they identify nobody, and would match in any sentence.
    """
    for words in (said, said.partition("：")[2]):
        if len(words) > _FEW:
            yield from (words, for_staff(words), shielded(words))


def _erase_words(session: Session, person: Person, tickets: Sequence[int]) -> None:
    """Erase their words in histories. By SQL statement, because the model refuses any change of a history."""
    written = _said_by(person) & (TicketEvent.note != "") & (TicketEvent.note != FIRST_LEFT)
    session.execute(update(TicketEvent).where(written, TicketEvent.move != RATE.name).values(note=GONE))
    votes = select(TicketEvent.id, TicketEvent.note).where(written, TicketEvent.note.contains("："))
    for event_id, note in session.execute(votes).all():  # the vote is a figure and stays; the reason is erased
        session.execute(update(TicketEvent).where(TicketEvent.id == event_id).values(note=note.partition("：")[0]))
    notes = select(TicketEvent.id, TicketEvent.note).where(TicketEvent.ticket_id.in_(tickets))
    for event_id, note in session.execute(notes).all():
        if mask(note) != note:
            session.execute(update(TicketEvent).where(TicketEvent.id == event_id).values(note=mask(note)))
    session.execute(update(Follower).where(Follower.person_id == person.id).values(text=""))
    session.execute(delete(Volunteer).where(Volunteer.person_id == person.id))
    session.execute(update(Demand).where(Demand.person_id == person.id).values(text=GONE, answer=""))
    _erase_thanks(session, person)
    session.execute(delete(Correction).where(Correction.ticket_id.in_(tickets)))


def _erase_thanks(session: Session, person: Person) -> None:
    """Erase the words of their thanks, also in pushes; the count of thanks stays."""
    given = session.execute(select(Thanks.id, Thanks.to_id).where(Thanks.person_id == person.id)).all()
    passed_on = [f"thanks:{number}:{to}" for number, to in given]
    session.execute(update(Push).where(Push.key.in_(passed_on)).values(text=GONE, fields={}))
    session.execute(update(Thanks).where(Thanks.person_id == person.id).values(words=""))


def _drop_media(session: Session, condition: ColumnElement[bool], now: datetime, limit: int | None = None) -> int:
    """Delete the platform's ids at once; a timer deletes the files, because handlers don't access the disk."""
    found = session.scalars(select(Attachment).where(condition).order_by(Attachment.id).limit(limit)).all()
    fetching = (Timer.kind == "fetch_media") & Timer.subject_id.in_([each.id for each in found])
    waiting = {"due_at": None, "outcome": Outcome.DROPPED.value, "finished_at": now}
    session.execute(update(Timer).where(fetching, Timer.due_at.is_not(None)).values(waiting))
    for attachment in found:
        attachment.media_id, attachment.fields = "", {}
        if attachment.stored:
            key = f"{DROP_MEDIA}:{attachment.id}"
            append(session, Timer, key=key, kind=DROP_MEDIA, subject_id=attachment.id, due_at=now, created_at=now)
    return len(found)


def _erase_pushes(session: Session, person: Person, tickets: Sequence[int], now: datetime) -> None:
    theirs = (Push.person_id == person.id) | (Push.ticket_id.in_(tickets) & (Push.event != WITHDRAWAL))
    unsent = {"due_at": None, "outcome": Outcome.DROPPED.value, "finished_at": now}
    session.execute(update(Push).where(theirs, Push.due_at.is_not(None)).values(unsent))
    session.execute(update(Push).where(theirs).values(text=GONE, fields={}))


def _erase_messages(session: Session, openid: str, now: datetime, answering: str) -> None:
    mine = Inbound.openid == openid
    session.execute(delete(Inbound).where(mine, Inbound.received_at < now - _REDELIVERY))
    session.execute(update(Inbound).where(mine, Inbound.key != answering).values(content={}, reply="", failure=""))
    key = f"{FORGET}:{now.timestamp():.0f}:{openid}"
    append(session, Timer, key=key, kind=FORGET, due_at=now + _REDELIVERY, created_at=now)


def _erase_replies(session: Session, numbers: Sequence[str], whose: ColumnElement[bool], now: datetime) -> None:
    """Erase stored replies that showed these tickets to others."""
    for number in numbers:
        shown = (Inbound.received_at > now - REPLIES_KEPT) & Inbound.reply.contains(number)
        session.execute(update(Inbound).where(shown, whose).values(reply=""))


def _staff() -> Select[str | None]:
    return select(Person.openid).where(Person.id.in_(select(PersonRole.person_id)), Person.openid.is_not(None))


def _erase_person(session: Session, person: Person) -> None:
    """Anonymise the person's row, which stays because tickets and votes refer to it."""
    person.openid = f"erased-{secrets.token_hex(16)}"
    person.name = person.phone = person.wecom = ""
    person.home_place_id = person.last_inbound_at = None
    person.home_building = person.home_unit = person.home_room = ""
    person.following = False
    session.execute(delete(Guess).where(Guess.person_id == person.id))
    theirs = Open311Request.person_id == person.id
    session.execute(update(Open311Request).where(theirs).values(account=""))
