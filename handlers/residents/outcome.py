"""「解决了吗」: residents' answers after a ticket was resolved, by number or in words."""

from dataclasses import replace

from handlers.appointments.lifecycle import call_off
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import is_other_trouble, is_politeness
from handlers.dialogue.push_questions import shown_again
from handlers.dialogue.router import Router, in_state, intent
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import which
from handlers.neighbours.votes import asked_about, confirm
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents.reopen import REOPENABLE, ask_why, not_solved_for, reopen_time
from handlers.residents.report import add_words, reported
from handlers.residents.supplement import SUPPLEMENT
from handlers.tickets.access import followed, is_own_work, own, resident, tickets
from handlers.tickets.staff_complaints import hear
from models import status_moves
from models.person import Role
from models.status_moves import OPEN, Status
from models.ticket import Ticket
from nlp.answers.choices import Choice, choice, is_torn, reason_of, says_again, says_solved, says_trouble, says_unsolved
from nlp.answers.corrections import said_of_thing
from nlp.reading.understanding import Intent, Wish

router = Router("outcome")
# What the four answers to the follow-up mean: rating (3 to 1), and whether it is solved.
_CONTENT = 3
_LONGEST = 200
_MOST = 8
_NO_THING = frozenset({Intent.RATE, Intent.THANKS})
"""Intents of texts such as 「修好了谢谢」, which name no thing, even if the reader guesses one"""
_AT_WORK = tuple(OPEN - {Status.INCOMPLETE})
_ANSWERS = ((3, True), (2, True), (1, True), (1, False))


@router.on(in_state(Asks.OUTCOME))
def answer_follow_up(context: Context) -> Reply | None:
    """1-4 as the answer to 「解决了吗」, with or without words, or words alone; also 「灯那个满意」."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if ticket is None:
        return None
    thing, words = said_of_thing(context.text) if context.choice is None else ("", "")
    said = choice(words, len(_ANSWERS), Asks.OUTCOME) if thing and thing in ticket.text else context.choice
    if said is None:
        return _in_words(context, ticket)
    return _chosen(context, ticket, said)


def _chosen(context: Context, ticket: Ticket, said: Choice) -> Reply:
    rating, solved = _ANSWERS[said.index]
    if is_torn(context.text) or (solved and says_unsolved(said.words)):
        return Reply(context.say("progress.solved_or_not", number=ticket.number), keep=True)
    if not solved:
        return _again(context, ticket, context.text)
    return rated(context, ticket, rating, _reason(said.words))


def rated(context: Context, ticket: Ticket, rating: int, why: str = "") -> Reply:
    """Confirm the ticket as solved; for a lower rating, ask once why."""
    reply = confirm(context, ticket, rating, why=why)
    if rating == _CONTENT or why or is_own_work(context.person, ticket):
        return reply
    text = f"{reply.text}\n{context.say('progress.rating_why')}"
    return replace(reply, text=text, state=Asks.RATING_WHY, slots={"ticket": ticket.id, "rating": rating})


@router.on(in_state(Asks.RATING_WHY))
def why_told(context: Context) -> Reply | None:
    """Pass the reason of a lower rating to the assignee; another problem is no reason."""
    ticket, seen = context.session.get(Ticket, context.slots["ticket"]), context.understanding
    if ticket is None or Status(ticket.status) not in REOPENABLE or is_politeness(context):
        return None
    if (seen and seen.red_flag) or is_other_trouble(context, ticket.category, ticket.item):
        return None
    rating = context.say(f"progress.rating_{context.slots['rating']}")
    note = f"{rating}：{context.text[:_LONGEST]}"
    hear(context, ticket, context.text)
    ticket.apply(status_moves.RATE, by=resident(context.person), at=context.now, note=note)
    session, town, now, who = context.session, context.town, context.now, context.person
    notify(session, town, ticket, "rating_why", now, but=who, rating=rating, note=context.text)
    return Reply(context.say("progress.why_heard", number=ticket.number))


def _in_words(context: Context, ticket: Ticket) -> Reply | None:
    """「没修好，还是卡」 is a refusal with its reason; 「谢谢，已经修好了」 says that it is solved."""
    seen = context.understanding
    if _is_elsewhere(context, ticket) or (seen and seen.sure and seen.item and seen.item != ticket.item):
        return None
    if says_unsolved(context.text) or (seen and seen.wish is Wish.REFUSE):
        return _again(context, ticket, context.text)
    if says_solved(context.text):
        return rated(context, ticket, _CONTENT)
    return please_rate(context, ticket) if seen and seen.intent is Intent.RATE else None


def _again(context: Context, ticket: Ticket, words: str) -> Reply:
    """Reopen at once if they said what is wrong; else ask."""
    why = reason_of(words)
    return not_solved_for(context, ticket, why) if why else ask_why(context, ticket)


def _reason(words: str) -> str:
    """The words after a rating, if they say more than the rating."""
    return words if words and choice(words, len(_ANSWERS), Asks.OUTCOME) is None else ""


@router.on(lambda context: context if context.is_free and says_unsolved(context.text) else None)
def unsolved_in_words(context: Context) -> Reply | None:
    """「又坏了」 about a ticket that was closed recently."""
    seen = context.understanding
    if seen is None or seen.red_flag or seen.place is not None:
        return None  # it names a place, so it is a new report
    if ticket := asked_about(context):
        return _in_words(context, ticket)
    why = reason_of(context.text)
    closed = _closed_lately(context) if why or says_again(context.text) else None
    if closed is None or (seen.sure and seen.item and seen.item != closed.item):
        return None
    if why and says_trouble(context.text):
        return not_solved_for(context, closed, why)
    line = ticket_text.line(context.town, closed, context.now, context.person)
    return Reply(
        context.say("progress.broken_again", line=line), Asks.AGAIN, {"ticket": closed.id, "text": context.text}
    )


@router.on(lambda context: context if context.is_free and says_solved(context.text) else None)
def solved_in_words(context: Context) -> Reply | None:
    """「好了」 about an unfinished ticket: the team is told, and no new report is filed."""
    seen = context.understanding
    if seen is None or seen.red_flag or seen.place is not None or asked_about(context):
        return None
    mine = own(context.session, context.person, _AT_WORK, _MOST)
    told = seen.sure and seen.item and seen.intent not in _NO_THING
    named = [ticket for ticket in mine if told and seen.item == ticket.item]
    if told and not named:
        return None
    fitting = named or mine
    if len(fitting) > 1:
        return which(context, fitting, context.text, SUPPLEMENT)
    if not fitting:
        return Reply(context.say("progress.glad"))
    add_words(context, fitting[0], context.text)
    line = ticket_text.line(context.town, fitting[0], context.now, context.person)
    said = context.say("progress.said_fixed", line=line), call_off(context, fitting[0])
    return Reply("\n".join(filter(None, said)))


@router.on(in_state(Asks.AGAIN))
def again_or_another(context: Context) -> Reply | None:
    """1 reopens the ticket, 2 files the same words as a new report."""
    number, words = context.number, str(context.slots["text"])
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if number is None or ticket is None or Status(ticket.status) not in REOPENABLE:
        return None
    if number == 0:
        return not_solved_for(context, ticket, words)
    seen = context.town.reader.understand(words)
    told = replace(context, message=replace(context.message, text=words), understanding=seen, state="", slots={})
    reply = reported(told)
    return reply and replace(reply, answered=True)


def _closed_lately(context: Context) -> Ticket | None:
    recently = Ticket.ended_at >= context.now - reopen_time(context)
    return context.session.scalar(tickets(followed(context.person) & recently, (Status.CLOSED,)).limit(1))


@router.on(intent(Intent.RATE))
def rated_in_words(context: Context) -> Reply | None:
    """「修好了谢谢」「还是漏」: repeat the question, because the satisfaction figures need a numbered answer."""
    ticket = asked_about(context)
    return please_rate(context, ticket) if ticket and not _is_elsewhere(context, ticket) else None


def _is_elsewhere(context: Context, ticket: Ticket) -> bool:
    """The text names another place or building than the ticket's, so it is a new report."""
    place = context.understanding.place if context.understanding else None
    if place is None:
        return False
    other = place.known not in {"", ticket.place_name}
    return other or bool(place.building and place.building != ticket.building)


RATE = Command(("评价",), roles=frozenset((Role.RESIDENT,)), help="评价：办完的事，告诉我们满不满意")


@router.command(RATE)
def rate(context: Context) -> Reply:
    """Repeat the question whether it is solved."""
    ticket = asked_about(context)
    if ticket is None:
        return Reply(context.say("progress.nothing_to_rate"))
    return please_rate(context, ticket)


def please_rate(context: Context, ticket: Ticket) -> Reply:
    """The question again, with the ticket that it is about."""
    shown_again(context, Asks.OUTCOME, ticket.id)
    line = ticket_text.line(context.town, ticket, context.now, context.person)
    return Reply(context.say("progress.please_rate", line=line), keep=True)
