"""「解决了吗」: what residents answer, by number or in words, when their matter was dealt with."""

from dataclasses import replace

from handlers.dialogue.choices import decided
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state, intent
from handlers.neighbours.event import JOINED
from handlers.neighbours.votes import asked_about, confirm
from handlers.notifications import ticket_text
from handlers.residents.ratings import rated, says_again, says_unsolved
from handlers.residents.reopen import REOPENABLE, ask_why, not_solved_for, reopen_time
from handlers.residents.report import reported
from handlers.tickets.access import followed, tickets
from models.moves import Status
from models.person import Role
from models.ticket import Ticket
from nlp.reading.understanding import Intent

router = Router("outcome")
AGAIN = "progress.again"
# What the four answers to the follow-up mean: rating (3 to 1), and whether it is solved.
_ANSWERS = ((3, True), (2, True), (1, True), (1, False))


@router.on(lambda context: context if context.text and context.state in {"", JOINED} else None)
def answer_follow_up(context: Context) -> Reply | None:
    """1–4 to 「解决了吗」, or words that say so. Only where a ticket of theirs waits for it."""
    number = rated(context.text, len(_ANSWERS))
    ticket = asked_about(context) if number is not None else None
    if number is None or ticket is None:
        return None
    rating, solved = _ANSWERS[number]
    if not solved:
        return ask_why(context, ticket)
    return confirm(context, ticket, rating)


@router.on(lambda context: context if context.state in {"", JOINED} and says_unsolved(context.text) else None)
def unsolved_in_words(context: Context) -> Reply | None:
    """「根本没修」「还是坏的」 of what we ask about, and 「又坏了」 of what was closed a few days ago."""
    seen = context.understanding
    if seen is None or seen.red_flag or seen.place is not None:
        return None  # tells where: a report of its own
    if ticket := asked_about(context):
        another = seen.sure and seen.item and seen.item != ticket.item
        return None if another else ask_why(context, ticket)
    closed = _closed_lately(context) if says_again(context.text) else None
    if closed is None or (seen.item and seen.item != closed.item):
        return None
    line = ticket_text.line_for(context.town, closed, context.now, context.person)
    return Reply(context.say("progress.broken_again", line=line), AGAIN, {"ticket": closed.id, "text": context.text})


@router.on(in_state(AGAIN))
def again_or_another(context: Context) -> Reply | None:
    """1 has it done again, 2 makes another report of the same words."""
    number, words = decided(context.text), str(context.slots["text"])
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
    """「修好了谢谢」「还是漏」: words are answered with the question, for a figure needs a plain answer."""
    ticket = asked_about(context)
    return please_rate(context, ticket) if ticket and not _is_elsewhere(context, ticket) else None


def _is_elsewhere(context: Context, ticket: Ticket) -> bool:
    """Another house than the ticket's is named: a report of its own."""
    place = context.understanding.place if context.understanding else None
    if place is None:
        return False
    other = place.known not in {"", ticket.place_name}
    return other or bool(place.building and place.building != ticket.building)


@router.command("评价", roles=(Role.RESIDENT,), help="评价：办完的事，告诉我们满不满意")
def rate(context: Context) -> Reply:
    """Shows the question again."""
    ticket = asked_about(context)
    if ticket is None:
        return Reply(context.say("progress.nothing_to_rate"))
    return please_rate(context, ticket)


def please_rate(context: Context, ticket: Ticket) -> Reply:
    """The question again, with what it is about."""
    line = ticket_text.line_for(context.town, ticket, context.now, context.person)
    return Reply(context.say("progress.please_rate", line=line))
