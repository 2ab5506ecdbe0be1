"""One message answers the open question and says more: 「不撤了，是二单元的」「可以，先打电话」."""

from collections.abc import Callable
from dataclasses import replace

from handlers.dialogue.asked import Answered, what_it_answers
from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import says_nothing
from handlers.dialogue.question_stack import beneath
from handlers.dialogue.states import Asks
from handlers.residents.corrections import put_right, put_right_of_thing
from handlers.residents.report import add_words
from handlers.tickets.filing import recent
from models.status_moves import OPEN, Status
from models.ticket import Ticket
from nlp.answers.choices import is_digit
from nlp.answers.corrections import in_two, right_behind
from nlp.reading.understanding import Intent

Say = Callable[[Context], Reply | None]
_BY_THEMSELVES = frozenset({Intent.REPORT, Intent.URGE, Intent.SUPPLEMENT})


def said_back(context: Context, answer: Say, meaning: Say) -> Reply | None:
    """The reply to an answer, and to what else the same message says."""
    first, behind = in_two(context.text)
    if not behind:
        return answer(context)
    reply = _corrected(context, first, behind, answer)
    if reply is None and (is_digit(first) or _is_of_parts(context, first)) and not _takes_all(context):
        reply = _and_more(context, first, behind, answer, meaning)
    return reply or answer(context) or _and_more(context, first, behind, answer, meaning)


def _corrected(context: Context, first: str, behind: str, answer: Say) -> Reply | None:
    """Apply a correction that follows an answer first, so that the reply shows the corrected ticket."""
    right = right_behind(behind)
    if not right or not (asked := _answered(context, first)) or not _is_of_place(context, right):
        return None
    if not (ticket := _ticket_of(context, asked.question)):
        return None
    corrected = put_right(_beside(context, asked.question, behind), ticket, right)
    return _both(corrected, answer(_saying(context, first))) if corrected else None


def _and_more(context: Context, first: str, behind: str, answer: Say, meaning: Say) -> Reply | None:
    """An option, then words that its question doesn't accept: they are answered like a message of their own."""
    if not (asked := _answered(context, first)):
        return None
    reply = answer(_saying(context, first))
    if reply is None or says_nothing(behind):
        return reply
    return _both(_more(_beside(context, asked.question, behind), asked.question, meaning), reply)


def _more(context: Context, question: OpenQuestion, meaning: Say) -> Reply | None:
    """Answer a report, an urging or a supplement as such; add other words to the ticket: 「几点都行」."""
    if corrected := put_right_of_thing(context, context.text):
        return corrected
    seen = context.understanding
    if seen and seen.intent in _BY_THEMSELVES and (seen.sure or seen.intent is not Intent.REPORT):
        return meaning(context)
    ticket = _ticket_of(context, question) or recent(context, context.town.habits.recent_minutes)
    is_theirs = ticket is not None and ticket.reporter_id == context.person.id and Status(ticket.status) in OPEN
    return add_words(context, ticket, context.text) if ticket and is_theirs else None


def _takes_all(context: Context) -> bool:
    """An open question accepts the whole text, also the words after the digit."""
    answers = what_it_answers(context)
    return not isinstance(answers, tuple) or any(each.choice for each in answers)


def _is_of_parts(context: Context, first: str) -> bool:
    """「分开，停车的是5号楼」: the open question is about parts, so the further words name a place."""
    asked = _answered(context, first)
    return asked is not None and asked.question.state == Asks.PARTS


def _answered(context: Context, first: str) -> Answered | None:
    """The question that has `first` as one of its options."""
    answers = what_it_answers(_saying(context, first)) if first else ()
    if not isinstance(answers, tuple) or not answers or answers[0].choice is None:
        return None
    return answers[0]


def _saying(context: Context, text: str) -> Context:
    return replace(
        context,
        message=replace(context.message, text=text),
        understanding=context.town.reader.understand(text),
    )


def _beside(context: Context, question: OpenQuestion, text: str) -> Context:
    """A context of `text` in which this question is no longer open."""
    others = [each for each in context.asked if each is not question]
    return replace(_saying(context, text), asked=others, state="", slots={}, question=None)


def _is_of_place(context: Context, right: str) -> bool:
    mention = context.town.reader.understand(right).place
    return mention is not None and bool(mention.known or mention.building or mention.unit or mention.room)


def _ticket_of(context: Context, question: OpenQuestion) -> Ticket | None:
    number = question.ticket_id or question.slots.get("ticket")
    return context.session.get(Ticket, number) if number else None


def _both(more: Reply | None, answer: Reply | None) -> Reply | None:
    """Join both replies; the question of `answer` is the open one, and that of `more` waits under it."""
    if answer is None or more is None or more.missed or not more.text:
        return answer
    if not answer.state:
        state, slots = more.state, more.slots
        text = "\n\n".join(filter(None, (answer.text, more.text)))
        return replace(answer, text=text, state=state, slots=slots, keep=answer.keep and not state)
    reply = replace(answer, text=f"{more.text}\n\n{answer.text}")
    return beneath(reply, more) if more.state else reply
