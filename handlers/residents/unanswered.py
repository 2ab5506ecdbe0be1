"""File a draft whose question stays unanswered with what is known, so that no report is lost.

A photo, voice or pin without words is no report yet: its sender is asked once more (in the morning, if it was night),
and their next report within a day gets the photo and voice (`media.waiting`). A resident who can't type answers 0, and
staff receive the voice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.dialogue.choices import numbered
from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.media import NAMES
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.question_stack import apart, has_beneath
from handlers.dialogue.states import CAN_KILL, Asks, lasts
from handlers.disclosure.policy import passing
from handlers.neighbours import same_event
from handlers.neighbours.event import add, joined_unasked
from handlers.notifications.pushes import facts_of, notify
from handlers.residents import incomplete, locate
from handlers.residents.ask_or_file import of_parts
from handlers.residents.read_into_draft import as_read, confirmed
from handlers.tickets.access import resident
from handlers.tickets.change import PersonalChange, UnansweredChange
from handlers.tickets.draft import Draft
from handlers.tickets.filing import attach, file
from handlers.tickets.staff_complaints import hear
from handlers.town.privacy import for_residents
from handlers.town.town import Town
from models.conversation import Asked, reply_question
from models.deferred_inserts import append
from models.new_tickets import row_of
from models.person import Person
from models.push import Push, Timer
from models.status_moves import NOTE, Status
from models.ticket import Attachment, Source, Ticket

SILENT = "report_unanswered"
_ASKED = frozenset({Asks.DANGER, Asks.CATEGORY, Asks.PLACE, Asks.WHICH_PLACE, Asks.BUILDING, Asks.GUESS, Asks.PARTS})
_SAID_BEFORE = frozenset({Asks.ANSWER_OR_REPORT, Asks.AGAIN})
"""Questions about words that were already sent; these are filed too"""
_WATCHED = _ASKED | _SAID_BEFORE | {Asks.WORDS}
_INCOMPLETE = "incomplete"
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Kept:
    """The result of an unfinished report: its ticket, and the push event that tells the reporter."""

    event: str
    ticket: Ticket
    told: str
    places: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    """Numbers of other tickets that lack a place too"""

    @property
    def note(self) -> str:
        """The beginning of the report's text."""
        told = " ".join(self.told.split())
        return f"{told[:_SHOWN]}……" if len(told) > _SHOWN else told

    @property
    def also(self) -> str:
        return "".join(f"、{number}" for number in self.numbers)

    @property
    def slots(self) -> dict[str, object]:
        """The slots of the question for the place."""
        return {"ticket": self.ticket.id} | ({"places": self.places} if self.places else {})


def keep_unfinished(context: Context, stale: Sequence[OpenQuestion], answer: Callable[[Context], Reply]) -> Reply:
    """Answer a message, and file drafts whose question expired or is dropped by the reply.

    `stale`: questions that have expired, but whose timer has not run yet.
    """
    if unfinished := list(filter(_is_about_report, stale)):
        kept = [each for question in unfinished for each in _kept(context, question)]
        asks = next((each for each in kept if each.event == _INCOMPLETE), None)
        reply = answer(_asked_where(context, asks.slots) if asks else context)
        return _watched(context, _mention(context, replace(reply, keep=False), kept))
    reply = answer(context)
    for question in () if reply.keep or reply.answered else _left(context, reply):
        reply = _mention(context, reply, _kept(context, question))
    return _watched(context, reply)


def _left(context: Context, reply: Reply) -> Iterator[OpenQuestion]:
    """Questions about a draft that the reply neither repeats nor keeps waiting."""
    goes_on = [(each.state, each.slots.get("text")) for each in apart(reply.state, reply.slots, "", None)]
    mine = (each for each in context.asked if not each.is_pushed)
    return (each for each in mine if _is_about_report(each) and (each.state, each.slots["text"]) not in goes_on)


def _asked_where(context: Context, slots: Mapping[str, object]) -> Context:
    """The context with an open question for the place, because this message may be its answer."""
    question = OpenQuestion(Asks.TICKET_PLACE, slots, shown_at=context.now)
    asked = (question, *context.asked)
    return replace(context, state=question.state, slots=slots, asked=asked, lacks_place=True)


def keep_beneath(context: Context, reply: Reply) -> Reply:
    """File the drafts of waiting questions, which would be lost with the question that the reply ends."""
    for question in context.asked:
        if question.lies_beneath and _is_about_report(question):
            reply = _mention(context, reply, _kept(context, question))
    return reply


def nobody_answered(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """A question expired: file its draft. A newer question to the same person has its own timer."""
    alone = {"key_share": True}  # their message may be in work now; pushes to them need not wait
    person = session.get(Person, timer.subject_id, with_for_update=alone, populate_existing=True)
    asked = session.scalar(reply_question(timer.subject_id), execution_options={"populate_existing": True})
    if person is None or asked is None or asked.expires_at > now:
        return
    top, *beneath = apart(asked.state, asked.slots, asked.text, asked.shown_at)
    if top.state == Asks.WORDS:
        _ask_for_words(session, town, person, asked, now)
        return
    watched = list(filter(_is_about_report, (top, *beneath)))
    if not watched:
        return
    kept = [each for question in watched for each in _kept(UnansweredChange(session, town, now, person), question)]
    for each in kept:
        choices = _choices(town, each)
        notify(
            session,
            town,
            each.ticket,
            each.event,
            now,
            named=[person],
            note=each.note,
            also=each.also,
            choices=choices,
        )
    asks = next((each for each in kept if each.event == _INCOMPLETE), None)
    if asks is None:
        session.delete(asked)
        return
    heard = town.quiet_hours.wait(now)
    asked.state, asked.slots, asked.shown_at = Asks.TICKET_PLACE, asks.slots, heard
    asked.expires_at = heard + timedelta(minutes=town.habits.question_minutes)


def _ask_for_words(session: Session, town: Town, person: Person, asked: Asked, now: datetime) -> None:
    """Ask for words once (no timer follows), and keep the question open."""
    first = next(iter(asked.slots["attachments"]), None)
    sent = session.get(Attachment, first) if first else None
    text = town.say("push.words_wanted", what=NAMES[Kind(sent.kind)] if sent else town.say("push.a_pin"))
    heard = town.quiet_hours.wait(now)
    key = f"words_wanted:{person.id}:{asked.expires_at.timestamp():.6f}"
    append(session, Push, key=key, person_id=person.id, event="words_wanted", text=text, due_at=heard, created_at=now)
    asked.expires_at = heard + timedelta(minutes=town.habits.question_minutes)


def _is_about_report(question: OpenQuestion) -> bool:
    if question.state == Asks.WHICH_ANSWER:
        return bool(question.slots.get("may_be_report"))
    return question.state in {*_ASKED, *_SAID_BEFORE, Asks.JOIN} and bool(question.slots.get("text"))


def _watched(context: Context, reply: Reply) -> Reply:
    """Set a timer for the question's end; its key holds the time, so a repeated question gets a new timer."""
    watched = reply.state in _WATCHED or bool(reply.slots.get("may_be_report"))
    if (watched or has_beneath(reply.slots)) and not reply.keep:
        usual = timedelta(minutes=context.town.habits.question_minutes)
        until = context.now + lasts(reply.state, reply.slots, usual)
        key = f"{SILENT}:{context.person.id}:{until.timestamp():.6f}"
        who = context.person.id
        append(context.session, Timer, key=key, kind=SILENT, subject_id=who, due_at=until, created_at=context.now)
    return reply


def _kept(change: PersonalChange, question: OpenQuestion) -> Sequence[Kept]:
    """File every problem of an unanswered question, or add it to the ticket that it belongs to."""
    was_said = question.state in {*_SAID_BEFORE, Asks.WHICH_ANSWER}
    draft = _said_before(change, question) if was_said else Draft.of(question.slots)
    if question.state == Asks.DANGER and draft.danger_question in CAN_KILL:
        draft = confirmed(draft)  # nobody denied the danger
    if question.state == Asks.JOIN:
        joined_unasked(change, draft)
        return ()
    kept = [_taken(change, each) for each in _of_draft(change, draft)]
    lacking = [each for each in kept if each.event == _INCOMPLETE]
    if len(lacking) > 1:  # from one message: ask once for the place of all
        numbers = tuple(str(each.ticket.number) for each in lacking[1:])
        kept = [each for each in kept if each not in lacking] + [replace(lacking[0], numbers=numbers)]
    return kept


def _said_before(change: PersonalChange, question: OpenQuestion) -> Draft:
    """A draft of the earlier words: a new report, or one at the place of the ticket that they may have meant."""
    text = str(question.slots["text"])
    if question.state in {Asks.ANSWER_OR_REPORT, Asks.WHICH_ANSWER}:
        return as_read(change, change.town.reader.understand(text), Draft(text))
    ticket = change.session.get_one(Ticket, question.slots["ticket"])
    where = {
        name: getattr(ticket, name) for name in ("place_id", "place_name", "building", "unit", "room", "lat", "lng")
    }
    return Draft(text, category=ticket.category, item=ticket.item, confidence=1.0, **where)


def _of_draft(change: PersonalChange, draft: Draft) -> Sequence[Draft]:
    if draft.source == Source.CHAT and not locate.is_placed(draft) and not draft.place_name:
        draft = locate.at_home(change, draft)
    if draft.parts:
        return of_parts(change, draft)
    return [replace(draft, category=draft.category or next(iter(draft.choices), "other"))]


def _taken(change: PersonalChange, draft: Draft) -> Kept:
    if incomplete.lacks_place(draft):
        ticket = row_of(change.session, incomplete.keep(change, draft))  # the next words may complete it
        return Kept(_INCOMPLETE, ticket, draft.text, draft.places)
    same = None if draft.alone else same_event.find(change, draft)
    if same is None:
        ticket = file(change, draft, change.person)
        return Kept("filed_unasked" if ticket.team else "desk_unasked", ticket, draft.text)
    if not same.mine:
        add(change, same.ticket, change.person, draft)
        return Kept("joined_unasked", same.ticket, draft.text)
    attach(change, same.ticket, draft.attachments)
    hear(change, same.ticket, draft.text)
    same.ticket.apply(NOTE, by=resident(change.person), at=change.now, note=draft.text)
    return Kept("told_again", same.ticket, draft.text)


def _mention(context: Context, reply: Reply, kept: Sequence[Kept]) -> Reply:
    """Add the results to the reply, without those that the reply itself has settled."""
    said = list(_said(context, [each for each in kept if not _is_settled(each)]))
    asks = next((each for each in kept if each.event == _INCOMPLETE and not _is_settled(each)), None)
    if asks and not reply.state and not reply.keep:
        reply = replace(reply, state=Asks.TICKET_PLACE, slots=asks.slots)
    return replace(reply, text="\n\n".join([reply.text, *said]) if reply.text else "")


def _is_settled(kept: Kept) -> bool:
    return kept.event == _INCOMPLETE and kept.ticket.status != Status.INCOMPLETE


def _said(context: Context, kept: Sequence[Kept]) -> Iterator[str]:
    for each in kept:
        facts = facts_of(context.town, each.ticket, context.now, passing(context.town, each.ticket, context.person))
        facts |= {"note": for_residents(each.note), "also": each.also, "choices": _choices(context.town, each)}
        yield context.say(f"push.{each.event}", **facts)


def _choices(town: Town, kept: Kept) -> str:
    """The choice of places, if several have the name; else ""."""
    if not kept.places:
        return ""
    world = town.world
    communities = numbered([world.grids[world.places[place].community].name for place in kept.places])
    return town.say("incomplete.choices", name=kept.ticket.place_name, choices=communities)
