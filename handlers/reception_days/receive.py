"""接待: during a session, enter each demand as settled on the spot or promised by a day."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.notifications import ticket_text
from handlers.practices.compound_news import tell
from handlers.practices.promises import evening_of, note, promised_ticket
from handlers.reception_days.sessions import demands, place_name, running
from handlers.reception_days.sheet import opening
from handlers.tickets.draft import Draft, written_down
from models.person import OVERSEERS, STAFF, Person
from models.promise import Practice
from models.reception import Demand, Reception, Settled
from models.ticket import CHINA, Source, Ticket
from nlp.answers.choices import plain
from nlp.answers.deadline import read_deadline
from nlp.answers.small_numbers import SMALL, small
from nlp.places.sounds import sound
from nlp.reading.understanding import PlaceMention

router = Router("receiving")
_NUMBER = rf"(\d{{1,3}}|第?{SMALL}(?=\s*号))(?:\s*号(?![楼院]))?(?![\d月日号栋幢楼])"
_KINDS = {"现场": Settled.ON_SPOT, "限期": Settled.PROMISED, "没来": Settled.ABSENT}
_LINE = re.compile(rf"(?:{_NUMBER})?\s*(.*?)\s*({'|'.join(_KINDS)})[\s:：,，]*(.*)", re.DOTALL)

RECEIVE = Command(
    ("接待",),
    roles=STAFF | OVERSEERS,
    help="接待 3 现场 怎么答的；接待 3 限期 12月1日 办什么：记一笔",
    practice=Practice.RECEPTION,
)


@router.command(RECEIVE)
def receive(context: Context) -> Reply:
    """Enter a demand. Without words, show the session's opening: broken promises and bookings."""
    reception = running(context, context.person)
    if reception is None:
        return Reply(context.say("reception.none_now"), keep=True)
    if not context.rest:
        return Reply(opening(context, reception, context.person), keep=True)
    said = plain(context.rest)
    found = _LINE.fullmatch(said) or _LINE.fullmatch(_heard_alike(said))
    if found is None:
        return Reply(context.say("reception.how_to_receive"), keep=True)
    written, about, kind, words = found.groups()
    number = small(written.removeprefix("第")) if written else None
    demand = _demand(context, reception, number, about or words)
    if demand is None:
        return Reply(context.say("reception.no_such_number", number=number), keep=True)
    if demand.settled:
        return Reply(context.say("reception.entered_already", number=demand.number), keep=True)
    return _entered(context, reception, demand, _KINDS[kind], words)


def _heard_alike(said: str) -> str:
    """The text with a word that sounds like one of the kinds (「限其」, 「现厂」) replaced by it."""
    heard = sound(said)
    at = {kind: heard.find(sound(kind)) for kind in _KINDS}
    kind = next((kind for kind, place in at.items() if place >= 0), "")
    return f"{said[: at[kind]]}{kind}{said[at[kind] + len(kind) :]}" if kind else said


def _demand(context: Context, reception: Reception, number: int | None, about: str) -> Demand | None:
    """The demand with this number, or a new one for a resident without a booking."""
    if number is not None:
        return next((each for each in demands(context, reception) if each.number == number), None)
    last = select(func.max(Demand.number)).where(Demand.reception_id == reception.id)
    return Demand(
        reception_id=reception.id, number=(context.session.scalar(last) or 0) + 1, text=about, settled="", answer=""
    )


def _entered(context: Context, reception: Reception, demand: Demand, kind: Settled, words: str) -> Reply:
    if kind is Settled.ABSENT:
        _write(context, demand, kind, words)
        return Reply(context.say("reception.absent", number=demand.number))
    if kind is Settled.PROMISED:
        return _promised(context, reception, demand, words)
    if not words:
        return Reply(context.say("reception.answer_missing", number=demand.number), keep=True)
    _write(context, demand, kind, words)
    return Reply(context.say("reception.settled", number=demand.number))


def _promised(context: Context, reception: Reception, demand: Demand, words: str) -> Reply:
    """Enter a promise; without a valid future day nothing is stored."""
    day, what = read_deadline(words, context.now.astimezone(CHINA))
    if day is None:
        return Reply(context.say("reception.no_day", number=demand.number), keep=True)
    until = evening_of(day)
    farthest = context.now + timedelta(days=context.town.practices.reception.farthest_days)
    if not context.now < until <= farthest:
        return Reply(context.say("reception.day_is_over", number=demand.number), keep=True)
    if demand.text == words:  # the line has no other words about the demand
        demand.text = what or words
    _write(context, demand, Settled.PROMISED, what or words)
    ticket = _ticket(context, reception, demand, until)
    by = ticket_text.moment(until, context.now)
    return Reply(context.say("reception.promised", number=demand.number, ticket=ticket.number, day=by))


def _write(context: Context, demand: Demand, kind: Settled, answer: str) -> None:
    demand.settled, demand.answer = kind.value, answer
    demand.entered_by, demand.entered_at = context.person.id, context.now
    context.session.add(demand)
    context.session.flush()


def _ticket(context: Context, reception: Reception, demand: Demand, until: datetime) -> Ticket:
    """File the ticket of a promise; the reporter is the resident who booked, else the receiver."""
    reporter = context.session.get_one(Person, demand.person_id or context.person.id)
    receiver = context.session.get_one(Person, reception.receiver_id)
    draft = draft_of(context, reception, demand)
    ticket = promised_ticket(context, draft, reporter, receiver, until, errand=demand.answer)
    demand.ticket_id = ticket.id
    note(context, ticket, Practice.RECEPTION, demand.id, receiver, receiver.name, demand.answer, until)
    if demand.person_id:
        day = ticket_text.moment(until, context.now)
        text = context.say(
            "reception.push_promised", number=ticket.number, name=receiver.name, day=day, words=demand.answer
        )
        tell(context, [reporter], "reception_promised", f"reception_promised:{demand.id}", text)
    return ticket


def draft_of(context: Context, reception: Reception, demand: Demand) -> Draft:
    """A draft of the demand, in the reception's compound and the building that the text names."""
    seen = context.town.reader.understand(demand.text)
    mention = seen.place or PlaceMention()
    return replace(
        written_down(demand.text, seen, Source.RECEPTION),
        place_id=reception.place_id,
        place_name=place_name(context, reception),
        building=mention.building,
        unit=mention.unit,
        room=mention.room,
    )
