"""问: staff ask the resident a question; the clocks stop until the answer, which is sent to the asker."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from handlers.dialogue.asked import is_whole_matter
from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.media import NAMES, hold
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.other_matter import is_politeness
from handlers.dialogue.router import Router, in_state, intent, kind
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import no_longer, pick
from handlers.notifications.pushes import notify
from handlers.residents import report
from handlers.tickets.access import mover, reached, resident
from handlers.tickets.change import Change
from handlers.tickets.clocks import run_on, set_timer, stop
from handlers.tickets.staff_complaints import hear
from models.approval import Question
from models.person import OVERSEERS, STAFF, Person
from models.status_moves import ANSWER, ASK, NOTE, Status
from models.ticket import SYSTEM, Ticket
from nlp.reading.understanding import Intent

router, answers = Router("questioning"), Router("answers")
WAITS = "answer_waits"
_OTHER_MATTERS = frozenset({Intent.PROGRESS, Intent.HUMAN, Intent.HELP, Intent.WITHDRAW, Intent.URGE})
_SURE = 0.6


ASK_RESIDENT = Command(
    ("问", "问居民"),
    roles=STAFF | OVERSEERS,
    help="问 [工单号] 问题：问居民一句话，等答复时不计时",
    shield=Shield.QUESTIONS,
)


@router.command(ASK_RESIDENT)
def ask(context: Context) -> Reply:
    """Ask the reporter a question, one at a time."""
    picked = pick(context, reached(context.person), tuple(ASK.sources), ASK_RESIDENT)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    by = mover(context.person, ticket, ASK)
    if by is None:
        return no_longer(context, ticket)
    if not words:
        return Reply(context.say("questioning.how", number=ticket.number))
    if open_question(context, ticket):
        return Reply(context.say("questioning.asked_already", number=ticket.number))
    ticket.apply(ASK, by=by, at=context.now, note=words)
    if not ticket.red_flag:
        stop(ticket, context.now)
    values = {"ticket_id": ticket.id, "asked_by": context.person.id, "asked_of": ticket.reporter_id}
    context.session.add(Question(**values, text=words, asked_at=context.now))
    set_timer(context, WAITS, ticket, context.now + _patience(context))
    notify(context.session, context.town, ticket, "ask", context.now, note=words)
    key = "questioning.asked_in_danger" if ticket.red_flag else "questioning.asked"
    return Reply(context.say(key, number=ticket.number))


def open_question(change: Change, ticket: Ticket) -> Question | None:
    """The ticket's open question to its reporter."""
    found = select(Question).where(Question.ticket_id == ticket.id, Question.closed_at.is_(None))
    return change.session.scalar(found.order_by(Question.id.desc()).limit(1))


def nobody_answered(change: Change, ticket: Ticket) -> None:
    """No answer within `ask_days`: resume the clocks and notify the asker."""
    question = open_question(change, ticket)
    if question is None or question.asked_at + _patience(change) > change.now:
        return
    question.closed_at = change.now
    if ticket.stopped_at is None or Status(ticket.status) not in ANSWER.sources:
        return
    run_on(change, ticket)
    ticket.apply(NOTE, by=SYSTEM, at=change.now, note=change.town.say("history.not_answered"))
    notify(change.session, change.town, ticket, "unanswered", change.now, named=_asker(change, question))


@answers.on(in_state(Asks.ANSWER_OR_REPORT))
def told_which(context: Context) -> Reply | None:
    """1: the text was the answer. 2: file the same text as a new report."""
    number = context.number
    question = context.session.get(Question, context.slots["question"])
    if number is None or question is None:
        return None
    text = context.slots["text"]
    if number == 0:
        return _answered(context, question, text)
    seen = context.town.reader.understand(text)
    said = replace(context, message=replace(context.message, text=text), understanding=seen, state="", slots={})
    return report.reported(said)


@answers.on(kind(Kind.IMAGE, Kind.VIDEO, Kind.VOICE))
def shown_in_a_picture(context: Context) -> Reply | None:
    """A photo is an answer too."""
    question = _asked(context) if not context.text and context.nothing_asked else None
    if question is None:
        return None
    hold(context).ticket_id = question.ticket_id
    return _answered(context, question, f"[{NAMES[context.message.kind]}]")


@answers.on(in_state(Asks.ANSWER))
def answered(context: Context) -> Reply | None:
    """The next text is the answer, unless it is clearly something else; in doubt, ask."""
    question = _asked(context, of=context.slots.get("ticket"))
    if question is None or _is_other_matter(context) or is_politeness(context):
        return None
    if _looks_new(context) and context.is_asked(Asks.ANSWER_OR_REPORT):
        return None  # we already ask this about an earlier text
    if _looks_new(context):
        slots = {"question": question.id, "text": context.text}
        return Reply(
            context.say("questioning.answer_or_report", question=question.text[:60]), Asks.ANSWER_OR_REPORT, slots
        )
    return _answered(context, question, context.text)


def _answered(context: Context, question: Question, words: str) -> Reply:
    ticket = context.session.get_one(Ticket, question.ticket_id)
    question.answer, question.closed_at = words, context.now
    _house_told(context, ticket)
    hear(context, ticket, words)
    move = ANSWER if Status(ticket.status) in ANSWER.sources else NOTE
    ticket.apply(move, by=resident(context.person), at=context.now, note=words)
    if move is ANSWER:
        run_on(context, ticket)
    named = [person for person in _asker(context, question) if person.id != context.person.id]
    notify(context.session, context.town, ticket, "answer", context.now, but=context.person, named=named, note=words)
    return Reply(context.say("questioning.answered", number=ticket.number))


def _house_told(context: Context, ticket: Ticket) -> None:
    """「2单元」 fills in missing parts of the ticket's address, without changing others."""
    told = context.understanding.place if context.understanding else None
    if told is None or told.known not in {"", ticket.place_name} or told.building not in {"", ticket.building}:
        return
    for name in ("unit", "room"):
        setattr(ticket, name, getattr(ticket, name) or getattr(told, name))


def still_waits(context: Context, reply: Reply) -> Reply:
    """If the text was a new problem, repeat staff's open question below the reply."""
    seen = context.understanding
    is_matter = bool(seen and seen.red_flag) or is_whole_matter(context)
    question = _asked(context) if context.staff_ask and is_matter else None
    if question is None or reply.state not in {"", Asks.JOINED}:
        return reply
    waits = context.say("questioning.still_waits", question=question.text[:60])
    return replace(reply, text=f"{reply.text}\n\n{waits}")


def _asked(context: Context, of: int | None = None) -> Question | None:
    """The latest open question to this person, about this ticket or any."""
    if not context.staff_ask:
        return None
    mine = (
        select(Question)
        .join(Ticket, Ticket.id == Question.ticket_id)
        .where(
            Question.asked_of == context.person.id,
            Question.closed_at.is_(None),
            Ticket.status.in_([status.value for status in ANSWER.sources]),
        )
    )
    mine = mine.where(Question.ticket_id == of) if of else mine
    return context.session.scalar(mine.order_by(Question.id.desc()).limit(1))


def _asker(change: Change, question: Question) -> list[Person]:
    return [change.session.get_one(Person, question.asked_by)]


def _is_other_matter(context: Context) -> bool:
    seen = context.understanding
    if seen is None:
        return False
    return bool(seen.red_flag) or (seen.intent in _OTHER_MATTERS and seen.intent_confidence >= _SURE)


def _looks_new(context: Context) -> bool:
    """The text would be a new report with a place."""
    seen = context.understanding
    return bool(
        intent(Intent.REPORT, at_least=_SURE)(context) and seen and seen.sure and seen.place and seen.place.name
    )


def _patience(change: Change) -> timedelta:
    return timedelta(days=change.town.habits.ask_days)
