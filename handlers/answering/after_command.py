"""A command leaves the questions that it doesn't settle open: they are asked again below its reply, or wait."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select

from handlers.answering.still_open import above, dropped
from handlers.dialogue.asked import to_repeat
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context, OpenQuestion
from handlers.dialogue.message import Reply
from handlers.dialogue.question_stack import put_again
from handlers.dialogue.router import Commanded, Handler, Router
from handlers.dialogue.states import ACCEPTS, MOST_PUT, Asks
from handlers.dialogue.which_ticket import split_reference
from models.status_moves import MOVES, Status
from models.ticket import Ticket, TicketEvent

_MOVED_ON = tuple(move.name for move in MOVES.values() if move.target not in {None, Status.WORKING})
"""After these moves an open question about the ticket is obsolete"""


def obeying(router: Router) -> Iterator[tuple[Commanded, Handler]]:
    """The router's commands, each wrapped so that it drops no open question."""
    return ((wanted, _leaving_open(wanted.command, router.asks, handler)) for wanted, handler in router.obeying)


def _leaving_open(command: Command, asks: frozenset[str], handler: Handler) -> Handler:
    def obeyed(context: Context) -> Reply | None:
        reply = handler(context)
        if reply is None or reply.answered or context.answers:
            return reply
        if reply.keep:
            return _told(context, reply)
        told = frozenset() if reply.state else command.settles
        mine = [each for each in context.asked if not (each.is_pushed or each.state in told)]
        mine = [each for each in mine if not _is_put_again(each, reply)]
        open_still = [each for each in mine if not _settles(context, command, asks, each)]
        return _beside(context, reply, open_still)

    return obeyed


def _told(context: Context, reply: Reply) -> Reply:
    """A reply that only informs settles nothing: the open question is repeated below it, at most MOST_PUT times."""
    again, mine = to_repeat(context), [each for each in context.asked if not each.is_pushed]
    if reply.state or not again or again in reply.text or mine[0].put >= MOST_PUT:
        return reply
    return put_again(replace(reply, keep=False, reminds=True), mine)


def _beside(context: Context, reply: Reply, open_still: Sequence[OpenQuestion]) -> Reply:
    """Repeat the next open question below the reply; if the reply asks something itself, the open ones wait."""
    if any(not ACCEPTS[each.state].undoable for each in open_still):
        reply = dropped(context, reply)
    if reply.state not in {"", Asks.JOINED}:
        return above(context, reply, open_still)
    waiting = [each for each in open_still if each.text]
    if not waiting:
        stays = not reply.state and any(_is_kept(each) for each in open_still)
        return replace(reply, keep=True) if stays else reply
    often = waiting[0].put >= MOST_PUT
    return replace(reply, keep=True) if often else put_again(replace(reply, put=waiting[0].put + 1), waiting)


def _is_kept(question: OpenQuestion) -> bool:
    accepts = ACCEPTS[question.state]
    return accepts.undoable and not accepts.offers


def _is_put_again(question: OpenQuestion, reply: Reply) -> bool:
    return question.state == reply.state and question.slots.get("ticket") == reply.slots.get("ticket")


def _settles(context: Context, command: Command, asks: frozenset[str], question: OpenQuestion) -> bool:
    """The command answers the question, repeats the text that it was about, or moves its ticket on."""
    if question.state == Asks.CHOICE:
        return bool(question.slots["opens"]) or question.slots["word"] == command.name
    told = str(question.slots.get("text", ""))
    if told and told in context.rest:
        return True
    if question.state in asks and question.slots.get("word", command.name) == command.name:
        return not _names_another(context, question)
    return _is_moved_on(context, question)


def _names_another(context: Context, question: OpenQuestion) -> bool:
    """The command names another ticket than the question's."""
    digits, _ = split_reference(context.rest)
    ticket = context.session.get(Ticket, question.slots["ticket"]) if digits and "ticket" in question.slots else None
    return ticket is not None and not str(ticket.number).endswith(digits)


def _is_moved_on(context: Context, question: OpenQuestion) -> bool:
    of_one = question.slots.get("ticket")
    ids = [of_one] if of_one else question.slots.get("tickets", ())
    if not ids:
        return False
    just_now = (TicketEvent.at == context.now) & (TicketEvent.by_person == context.person.id)
    moved = select(TicketEvent.id).where(TicketEvent.ticket_id.in_(ids), just_now, TicketEvent.move.in_(_MOVED_ON))
    return context.session.scalar(moved.limit(1)) is not None
