"""The one owner of open questions: which of them, if any, a text answers.

A digit, yes or no, or an option's own words answer the last shown question with such an option. If two questions
shown since the person last wrote have it, we ask which. Other words answer questions that accept words, newest first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.other_matter import asks_only_secrecy, is_politeness, is_told_as_trouble, says_nothing
from handlers.dialogue.states import ACCEPTS, Asks, Wants
from models.ticket import Ticket
from nlp.answers.choices import (
    Choice,
    choice,
    is_digit,
    is_filler,
    line_named,
    says_solved,
    says_unsolved,
    ticket_named,
    yes_or_no,
)
from nlp.answers.corrections import right_words
from nlp.reading.understanding import Intent, Understanding

_SURE = 0.9
_PLAIN = 0.6
_OFFERED = 2
_READ_THEMSELVES = frozenset({Asks.TICKET_PLACE, Asks.JOINED, Asks.APART, Asks.COMPLAINT})
_READ_THEMSELVES |= {Asks.HOME, Asks.PATROL_WHAT, Asks.FIGURES, Asks.ROWS}
_ELSEWHERE = frozenset({Intent.PROGRESS, Intent.HUMAN, Intent.HELP})


@dataclass(frozen=True, slots=True)
class Answered:
    """A question that the text may answer; `choice` is the option that the text names, if any."""

    question: OpenQuestion
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """The text is an option of two questions shown since the person last wrote."""

    questions: tuple[OpenQuestion, ...]
    text: str


def what_it_answers(context: Context) -> Unclear | tuple[Answered, ...]:
    """The questions that the text may answer, the likeliest first; empty if it answers none."""
    shown = [each for each in context.asked if each.shown_at and not _is_answered(each, context)]
    by_option = [Answered(each, said) for each in shown if (said := _option(each, context.text)) is not None]
    if not by_option:
        return tuple(_by_words(context))
    fresh = [each.question for each in by_option if _is_fresh(each.question, context)]
    if {each.state for each in fresh} == {Asks.APPROVAL}:
        return (by_option[0],)  # with several requests, their own handler lists them all
    if len(fresh) > 1 and not _only_lists(fresh[-1]):
        return Unclear(tuple(fresh[:_OFFERED]), context.text)
    return (by_option[0],)


def names_option(context: Context) -> bool:
    """The text is only the word of an option of the question shown last, even if it is a command, too: 「撤回」."""
    last = next((each for each in context.asked if each.shown_at), None)
    said = _option(last, context.text) if last and not is_digit(context.text) else None
    return said is not None and not said.words


def is_whole_matter(context: Context) -> bool:
    """A new problem with its own known place: it is filed, whatever question is open."""
    seen = context.understanding
    if seen is None or not is_told_as_trouble(seen) or not seen.sure or seen.confidence < _SURE:
        return False
    if seen.place is None or not seen.place.known or seen.place.guessed:
        return False
    return right_words(context.text) is None  # a correction belongs to the earlier report


def is_about(question: OpenQuestion, context: Context) -> bool:
    """The text is about the same problem as the question's draft or ticket, and adds to it."""
    seen, slots = context.understanding, question.slots
    if question.state == Asks.JOIN:
        return seen is not None and not _is_elsewhere(slots, seen)
    if question.state in {Asks.PLACE, Asks.WHICH_PLACE, Asks.BUILDING, Asks.GUESS, Asks.WORDS, Asks.CATEGORY}:
        same_place = not (seen and seen.place) or seen.place.known in {"", slots.get("place_name")}
        elsewhere = not same_place and bool(slots.get("place_name"))
        return seen is not None and slots.get("category") in {"", seen.category} and not elsewhere
    if question.state in {Asks.WORK_WORDS, Asks.ANSWER}:
        return not _is_of_other_ticket(context, question)
    return question.state in _READ_THEMSELVES


def _is_of_other_ticket(context: Context, question: OpenQuestion) -> bool:
    """The text names another thing than the question's ticket; for a reason by staff, also another place."""
    number = question.ticket_id or question.slots.get("ticket")
    seen, ticket = context.understanding, context.session.get(Ticket, number) if number else None
    if seen is None or seen.place is None or ticket is None or seen.item in {"", ticket.item}:
        return False
    return question.state == Asks.ANSWER or seen.place.known != ticket.place_name


def _is_elsewhere(slots: Mapping[str, Any], seen: Understanding) -> bool:
    """The text names another thing, or another place, than the event that they were asked to join."""
    place = seen.place
    other_house = place is not None and place.building not in {"", slots.get("building")}
    other_place = place is not None and place.known not in {"", slots.get("place_name")}
    return other_house or other_place or (bool(seen.item) and seen.item != slots.get("item"))


def answering(context: Context, answered: Answered) -> Context:
    """The context for the handler of this question."""
    question, said = answered.question, answered.choice
    return replace(context, state=question.state, slots=question.slots, question=question, choice=said)


def to_repeat(context: Context) -> str:
    """The text of the open question, to repeat below another answer; "" if it is not to be repeated."""
    question = next((each for each in context.asked if not each.is_pushed), None)
    if question is None or question.slots.get("opens"):
        return ""
    return question.text if ACCEPTS[question.state].repeats else ""


def _option(question: OpenQuestion, text: str) -> Choice | None:
    accepts = ACCEPTS[question.state]
    if not accepts.undoable:
        return None
    if (named := ticket_named(text, question.slots.get("numbers", ()))) is not None:
        return Choice(named)
    if question.state == Asks.CHOICE and (line := line_named(text, question.text)) is not None:
        return Choice(line)
    said = choice(text, accepts.count(question.slots), question.state)
    if said is None and accepts.yes_no and not says_solved(text) and (number := yes_or_no(text)) is not None:
        return Choice(number)  # 「好了，谢谢」 is no yes
    if said and said.words and not _takes_words(question):
        return None
    return said


def _is_answered(question: OpenQuestion, context: Context) -> bool:
    """The resident already said 「没修好」 and we ask what is wrong, so a digit now is no rating."""
    if question.state != Asks.OUTCOME or not is_digit(context.text):
        return False
    why = (each.slots for each in context.asked if each.state == Asks.NOT_SOLVED_WHY)
    return any(slots.get("ticket") == question.slots.get("ticket") for slots in why)


def _takes_words(question: OpenQuestion) -> bool:
    return question.state in {Asks.OUTCOME, Asks.APPROVAL, Asks.JOIN}


def _only_lists(question: OpenQuestion) -> bool:
    """Numbers only open an item of the list and change nothing, so a question asked later takes precedence."""
    return bool(question.slots.get("opens")) or ACCEPTS[question.state].lists


def _is_fresh(question: OpenQuestion, context: Context) -> bool:
    """Shown since the person last wrote: in our reply to that message, or by a later push."""
    if question.lies_beneath:
        return False
    return question.shown_at is not None and (context.spoke_at is None or question.shown_at >= context.spoke_at)


def _by_words(context: Context) -> Iterator[Answered]:
    for question in context.asked:
        accepts = ACCEPTS[question.state]
        if says_nothing(context.text, heard=accepts.heard) or asks_only_secrecy(context):
            continue
        if accepts.wants is Wants.OWN or (accepts.wants is Wants.REASON and _gives_reason(context)):
            yield Answered(question)


def _gives_reason(context: Context) -> bool:
    """The text can be a reason: no politeness, no anger, no corrected address, no other request."""
    seen = context.understanding
    if is_filler(context.text) or (is_politeness(context) and not says_unsolved(context.text)):
        return False
    if seen and seen.place and right_words(context.text):
        return False
    return not (seen and seen.intent in _ELSEWHERE and seen.intent_confidence >= _PLAIN)
