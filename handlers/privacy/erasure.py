"""Forgetting a person: what they wrote and what names them goes, what was done about it stays (docs/adr/0011).

The one place that changes a history's words. Statuses, times and figures stay true; the ticket's readers see
that its words were erased, and when.
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
from models.appending import append
from models.conversation import Asked, Inbound
from models.follower import Follower
from models.learning import Correction
from models.moves import NOTE, RATE
from models.open311 import Open311Request
from models.person import Guess, Person, PersonRole
from models.push import Outcome, Push, Timer
from models.reception import Demand
from models.scores import Thanks
from models.ticket import SYSTEM, Attachment, Ticket, TicketEvent
from models.volunteers import Volunteer
from nlp.reading.identities import mask

GONE = "（居民已删除）"
FORGET, DROP_MEDIA = "forget_messages", "drop_media"
WITHDRAWAL = "withdraw"
"""The push that tells a team to stop; it must still arrive"""
FIRST_LEFT = "最早反映的居民退出，其他邻居还在等"
"""Said of a ticket whose words are those of somebody who no longer waits for it"""
REPLIES_KEPT = timedelta(days=2)
"""Longer than any redelivery; then every night wipes what was answered"""
_FEW = 4
_REDELIVERY = timedelta(minutes=15)
"""WeChat repeats a message for seconds; by then its key, which holds the openid, may go"""

_TELLS = 4
"""Characters of a card's field that are no longer any word that stands in what somebody said"""


def erase(session: Session, town: Town, person: Person, now: datetime, *, answering: str = "") -> None:
    """Forget this person. `answering` is the key of the message being answered: it goes a little later."""
    session.flush()
    openid = person.openid or ""
    tickets = session.scalars(select(Ticket).where(Ticket.reporter_id == person.id)).all()
    shared = _shared(session, person)
    _erase_quotations(session, person, tickets, shared)  # while their words still stand in the histories
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
    if not answering:  # else the answer closes the conversation
        session.execute(delete(Asked).where(Asked.person_id == person.id))


def forget_messages(session: Session, timer: Timer) -> None:
    """The rest of an erasure, once no redelivery can come: messages up to it, and the timer's own memory of whose."""
    openid = timer.key.split(":", 2)[2]
    mine = (Inbound.openid == openid) & (Inbound.received_at <= timer.created_at)
    session.execute(delete(Inbound).where(mine))
    timer.key = f"{FORGET}:{timer.id}"


def drop_media(session: Session, condition: ColumnElement[bool], now: datetime, limit: int | None = None) -> int:
    """Have stored photos and voices deleted. Returns how many."""
    return _drop_media(session, condition & (Attachment.stored != ""), now, limit)


def _empty(town: Town, ticket: Ticket, now: datetime) -> None:
    """A ticket without its words, and without what tells a home: the building stays, for the figures."""
    ticket.text = ticket.title = GONE
    ticket.unit = ticket.room = ""
    ticket.lat = ticket.lng = None
    ticket.answer = mask(ticket.answer)
    if ticket.place_id is None:
        ticket.place_name = ""  # a resident's own words
    ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say("history.erased"))


def _shared(session: Session, person: Person) -> Sequence[Ticket]:
    """Neighbours' tickets in which this person had a word."""
    spoke = select(TicketEvent.ticket_id).where(_said_by(person))
    joined = select(Follower.ticket_id).where(Follower.person_id == person.id)
    others = Ticket.reporter_id.is_distinct_from(person.id)
    return session.scalars(select(Ticket).where(Ticket.id.in_(spoke.union(joined)), others)).all()


def _begun(session: Session, person: Person, shared: Sequence[Ticket]) -> list[Ticket]:
    """Tickets that they were the first to report, and left to their neighbours."""
    left = select(TicketEvent.ticket_id).where(_said_by(person), TicketEvent.note == FIRST_LEFT)
    ids = set(session.scalars(left))
    return [ticket for ticket in shared if ticket.id in ids]


def _give_to_the_next(session: Session, ticket: Ticket) -> None:
    """It goes on in the next reporter's words. What was told of it so far is what the first one said."""
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
    """What neighbours' tickets quote of this person's words: where theirs was merged into one, and what staff are
    told. The others' words stay, and arrive.
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
    """A card's field holds what was said, or as much of its beginning as it has room for."""
    told = str(field).rstrip("…. ")
    return bool(told) and any(each in told or (len(told) >= _TELLS and told in each) for each in words if each)


def quoted(ticket: Ticket, words: str) -> str:
    """What the history of the ticket that stays quotes of one that was merged into it."""
    return f"并入{ticket.number}：{words}"


def _without(text: str, words: Collection[str]) -> str:
    """What waits to be told is told all the same, without them."""
    for each in sorted(words, key=len, reverse=True):
        text = text.replace(each, GONE)
    return text


def _as_told(said: str) -> Iterator[str]:
    """What of somebody's words a push quotes: without what kind of note it is (「没解决：」), numbers masked. A word or
    two tell of nobody, and would be found in every sentence.
    """
    for words in (said, said.partition("：")[2]):
        if len(words) > _FEW:
            yield from (words, for_staff(words), shielded(words))


def _erase_words(session: Session, person: Person, tickets: Sequence[int]) -> None:
    """Their words in histories. By statement, not through the model: that refuses any change of a history."""
    written = _said_by(person) & (TicketEvent.note != "") & (TicketEvent.note != FIRST_LEFT)
    session.execute(update(TicketEvent).where(written, TicketEvent.move != RATE.name).values(note=GONE))
    votes = select(TicketEvent.id, TicketEvent.note).where(written, TicketEvent.note.contains("："))
    for event_id, note in session.execute(votes).all():  # the vote is a figure, why they gave it are their words
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
    """That they thanked is a figure; what they said is theirs, also where it was passed on."""
    given = session.execute(select(Thanks.id, Thanks.to_id).where(Thanks.person_id == person.id)).all()
    passed_on = [f"thanks:{number}:{to}" for number, to in given]
    session.execute(update(Push).where(Push.key.in_(passed_on)).values(text=GONE, fields={}))
    session.execute(update(Thanks).where(Thanks.person_id == person.id).values(words=""))


def _drop_media(session: Session, condition: ColumnElement[bool], now: datetime, limit: int | None = None) -> int:
    """Forget where they came from at once; the files go by a timer, for a handler touches no disk."""
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
    """What others were shown of these tickets stands in their own conversations for some nights."""
    for number in numbers:
        shown = (Inbound.received_at > now - REPLIES_KEPT) & Inbound.reply.contains(number)
        session.execute(update(Inbound).where(shown, whose).values(reply=""))


def _staff() -> Select[str | None]:
    return select(Person.openid).where(Person.id.in_(select(PersonRole.person_id)), Person.openid.is_not(None))


def _erase_person(session: Session, person: Person) -> None:
    """The row stays, for tickets and votes refer to it; nothing leads from it to anybody."""
    person.openid = f"erased-{secrets.token_hex(16)}"
    person.name = person.phone = person.wecom = ""
    person.home_place_id = person.last_inbound_at = None
    person.home_building = person.home_unit = person.home_room = ""
    person.following = False
    session.execute(delete(Guess).where(Guess.person_id == person.id))
    theirs = Open311Request.person_id == person.id
    session.execute(update(Open311Request).where(theirs).values(account=""))
