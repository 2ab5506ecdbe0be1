"""Who answers: commands first, then the open question, then the intent of the text."""

from dataclasses import replace
from itertools import chain

from handlers.answering.after_command import obeying
from handlers.answering.router_order import COMMANDS, ROUTERS, picked
from handlers.answering.still_open import above, put_at_most_twice, still_open
from handlers.answering.two_in_one import said_back
from handlers.answering.which_question import which_question
from handlers.care_visits.own_words import visit_meant
from handlers.consultation import ask
from handlers.dialogue.asked import (
    Answered,
    Unclear,
    answering,
    is_about,
    is_whole_matter,
    names_option,
    what_it_answers,
)
from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind, Reply
from handlers.dialogue.question_stack import come_up, put_again
from handlers.dialogue.router import InState, by_first_letter, by_kind, command_opening, first_of, in_state
from handlers.dialogue.states import DRAFTS, Asks
from handlers.evidence import heard_right
from handlers.front_desk import human, numbered_menu, talk, welcome
from handlers.neighbours.votes import asked_about
from handlers.residents import report
from handlers.staff import ask_resident, role_refusal
from handlers.staff.commands import meant_by
from handlers.staff.plain_words import command_meant
from nlp.answers.practice_phrases import practice_meant

_OPEN_TO_COMMANDS = frozenset({"", Asks.JOINED, Asks.MENU, Asks.HELP, Asks.ASIDE, Asks.CHOICE})
_COMMAND = command_opening(COMMANDS)


def route(context: Context) -> Reply:
    """The answer; no question is asked more often than MOST_PUT allows."""
    return put_at_most_twice(context, _routed(context))


def _routed(context: Context) -> Reply:
    """Danger first, then commands, then the open question that the text answers, then the intent of the text."""
    context = _in_our_words(context)
    seen, is_command = context.understanding, _COMMAND.match(context.text)
    in_danger = bool(seen and seen.red_flag)
    if in_danger and not is_command:
        told = report.danger_told(context) or still_open(context, _same_danger(context) or _by_meaning(context))
        return ask_resident.still_waits(context, above(context, told))
    if (talking := talk.open_talk(context)) and context.message.kind is not Kind.EVENT and not in_danger:
        over = context.text in talk.OVER
        answer = None if over or context.nothing_asked else _answer(context)  # a danger told during the talk asks, too
        return answer or talk.said(context, talking)
    if is_command and (commanded := (names_option(context) and _answer(context)) or _obeyed(context)):
        return commanded
    if is_command and (refused := role_refusal.refusal(context)):
        return still_open(context, refused)
    told_back = said_back(context, _answer, _by_meaning) if context.text and context.asked else None
    return told_back or above(context, _not_missed(context, _meant(context)))


def _obeyed(context: Context) -> Reply | None:
    return first_of(_OBEYING.get(context.text[0], ()), context)


def _in_our_words(context: Context) -> Context:
    """Replace the town's own names of practices by ours, which the commands match; a visit in own words by 走访."""
    text = context.town.practices.in_our_words(context.text)
    if text and not _COMMAND.match(text):
        text = visit_meant(context) or text
    return context if text == context.text else replace(context, message=replace(context.message, text=text))


def _answer(context: Context) -> Reply | None:
    """The reply to an answer to an open question; None if the text answers none."""
    answers = what_it_answers(context)
    if isinstance(answers, Unclear):
        return which_question(context, answers)
    whole, asks = is_whole_matter(context), ask.asks_the_town(context)
    for each in answers:
        if each.choice is None and whole and not is_about(each.question, context):
            continue
        if each.choice is None and asks and each.question.state in DRAFTS:
            continue
        if reply := first_of(_OF_QUESTIONS, answering(context, each)):
            reply = come_up(context, each.question, reply)
            return reply if not each.question.is_pushed or reply.state else replace(reply, keep=True)
    return None


def _not_missed(context: Context, reply: Reply) -> Reply:
    """The second text in a row that nobody understood gets the menu; the third gets a resident a person."""
    if not reply.missed or not context.nothing_asked:
        return reply
    if numbered_menu.misses(context) >= numbered_menu.MOST_MISSES and not (
        context.person.is_staff or context.person.is_overseer
    ):
        return human.called(context)
    return numbered_menu.missed(context, reply)


def _meant(context: Context) -> Reply:
    return ask_resident.still_waits(context, still_open(context, _by_meaning(context)))


def _by_meaning(context: Context) -> Reply:
    """The reply by the intent of the text, without open questions."""
    alone = replace(context, question=None) if context.question else context
    return first_of(_MEANING[context.message.kind], alone) or Reply("", keep=True)


def _same_danger(context: Context) -> Reply | None:
    """The reply where the text adds to a danger whose place we have just asked for."""
    asked = next((each for each in context.asked if each.state == Asks.TICKET_PLACE), None)
    return first_of(_OF_QUESTIONS, answering(context, Answered(asked))) if asked else None


@picked.on(in_state(Asks.WHICH_QUESTION))
def question_chosen(context: Context) -> Reply | None:
    """Answer the chosen question with the text that was unclear; the other question stays open."""
    if context.number is None:
        return None
    key = context.slots["keys"][context.number]
    question = next((each for each in context.asked if each.key == key and not each.is_of_reply), None)
    if question is None:
        return None
    said = replace(context.message, text=context.slots["text"])
    reply = _answer(replace(context, message=said, asked=(question,), state="", slots={}, question=None))
    before = [each for each in context.asked if each.lies_beneath and each is not question]
    if reply is None or reply.state or not before:
        return reply and replace(reply, keep=False)
    return put_again(replace(reply, keep=False), before)


@picked.on(in_state(Asks.HEARD))
def as_heard(context: Context) -> Reply | None:
    """1 confirms a voice message's transcript, which is then answered like text; 2 says it is wrong."""
    if context.number is None:
        return None
    return heard_right.wrong(context) if context.number else route(heard_right.as_written(context))


@picked.on(in_state(Asks.MENU))
def menu_chosen(context: Context) -> Reply | None:
    """A number of the menu is answered like the command word of its line."""
    words = context.slots["words"]
    if context.number is None:
        return None
    word = words[context.number]
    if word == numbered_menu.REPORT:
        return welcome.menu_report(context)
    return route(replace(context, message=replace(context.message, text=word), state="", slots={}, question=None))


@picked.on(in_state(Asks.CHOICE))
def ticket_chosen(context: Context) -> Reply | None:
    """A number of the list repeats the command with that ticket's number."""
    numbers = context.slots["numbers"]
    number = context.number
    if number is None:
        return None
    text = f"{context.slots['word']} {numbers[number]} {context.slots['words']}".strip()
    return route(replace(context, message=replace(context.message, text=text), state="", slots={}))


@picked.on(lambda context: context if context.person.is_staff and context.state in _OPEN_TO_COMMANDS else None)
def meant_as_command(context: Context) -> Reply | None:
    """「好的我去」「到了」「弄好了，换了皮带」 are commands, if the person has a ticket that they can apply to."""
    meant = command_meant(context.text) if context.text else None
    if meant is None or asked_about(context) is not None:
        return None  # it may answer 「解决了吗」 about a ticket that they reported themselves
    said = meant_by(context, *meant)
    if not isinstance(said, str):
        return said
    return route(replace(context, message=replace(context.message, text=said)))


@picked.on(lambda context: context if context.text and not context.answers else None)
def meant_as_practice(context: Context) -> Reply | None:
    """「我想预约一下接待日」 is the practice's command, if the town has that practice."""
    said = practice_meant(context.town.practices.spoken(context.text))
    return _obeyed(replace(context, message=replace(context.message, text=said))) if said else None


_OBEYING = by_first_letter(chain.from_iterable(map(obeying, ROUTERS)))
"""Commands come before any guess at the intent, because they are explicit"""


_ANSWERING = tuple(chain.from_iterable(router.routes for router in ROUTERS))
_MEANING = by_kind(route for route in _ANSWERING if not isinstance(route[0], InState))
_OF_QUESTIONS = tuple(route for route in _ANSWERING if isinstance(route[0], InState))
"""Handlers of answers to open questions, tried without those that guess at the intent"""
