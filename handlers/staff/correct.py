"""为什么 explains why the reader chose a category; 改类 corrects it, and the model learns from that."""

from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.push_questions import no_longer_asked
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick
from handlers.disclosure import policy as disclosure
from handlers.disclosure.policy import Way
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.residents import correct_category, correct_place
from handlers.tickets.access import actor, overseen, overseer, reached, resident, worked
from handlers.tickets.scope import TicketScope, as_reach
from models.person import OVERSEERS, STAFF, Role
from models.status_moves import NOTE, OPEN, Status
from models.ticket import Actor, Ticket

router = Router("correcting")
_CORRECTABLE = tuple(OPEN | {Status.RESOLVED})
_WORDS_SHOWN = 6


WHY = Command(("为什么",), roles=STAFF | OVERSEERS, help="为什么 工单号：系统凭哪些词判断的类别")
CORRECT = Command(
    ("改类", "改类别", "类别不对"),
    roles=frozenset((Role.RESIDENT,)),
    help="改类 类别：您报的事归错了类，改过来",
    shield=Shield.CATEGORY,
)


@router.command(WHY)
def why(context: Context) -> Reply:
    """Show the words with the largest weights, and the confidence."""
    picked = pick(context, worked(context.person) | overseen(context.person), (), WHY)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    text = disclosure.sight(context.town, ticket, context.person, Way.OPENED).words(ticket.text)
    weighed = context.town.reader.explain(text, ticket.category)[:_WORDS_SHOWN]
    words = "、".join(f"{word}（{weight:+.1f}）" for word, weight in weighed) or context.say("correcting.no_words")
    name = context.town.catalogue.name(ticket.category)
    values = {"number": ticket.number, "category": name, "words": words, "rule": ticket.rule or "—"}
    return Reply(context.say("correcting.why", confidence=f"{ticket.confidence:.0%}", **values), keep=True)


@router.command(CORRECT)
def correct(context: Context) -> Reply:
    """Staff and supervisors correct tickets of their scope; residents their own."""
    picked = pick(context, _reach(context), _CORRECTABLE, CORRECT)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    category = context.town.catalogue.category_named(words)
    if category is None:
        return correct_category.ask(context, ticket)
    if category == ticket.category:
        return Reply(context.say("correcting.same", category=context.town.catalogue.name(category)), keep=True)
    by = _actor(context, ticket)
    if by.role is Role.RESIDENT:
        return correct_category.wanted(context, ticket, (category, ""))
    return correct_category.put_right(context, ticket, (category, ""), by)


@router.on(in_state(Asks.PLACE_WRONG, Asks.KIND_WRONG))
def agreed(context: Context) -> Reply | None:
    """The assignee's answer to a resident's correction. 1: change it and route again. 2: keep it."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if context.number is None or ticket is None or ticket.status != Status.WORKING:
        return None
    no_longer_asked(context.session, Asks(context.state), ticket.id)
    of, change = ("place", _moved) if context.state == Asks.PLACE_WRONG else ("kind", _renamed)
    what = f"{of}_kept" if context.number else f"{of}_changed"
    reply = _kept(context, ticket, what) if context.number else change(context, ticket)
    notify(context.session, context.town, ticket, what, context.now, but=context.person)
    return reply


def _kept(context: Context, ticket: Ticket, what: str) -> Reply:
    by, note = actor(context.person, ticket), context.say(f"history.{what}")
    ticket.apply(NOTE, by=by, at=context.now, note=note)
    values = {"where": ticket_text.where(ticket), "what": context.town.catalogue.name(ticket.category, ticket.item)}
    return Reply(context.say(f"correcting.{what}", number=ticket.number, **values))


def _moved(context: Context, ticket: Ticket) -> Reply:
    return correct_place.put_right(context, ticket, correct_place.as_told(context.slots), actor(context.person, ticket))


def _renamed(context: Context, ticket: Ticket) -> Reply:
    kind, words = (context.slots["category"], context.slots["item"]), context.slots["words"]
    return correct_category.put_right(context, ticket, kind, actor(context.person, ticket), words)


def _reach(context: Context) -> TicketScope:
    return reached(context.person) | as_reach(Ticket.reporter_id == context.person.id)


def _actor(context: Context, ticket: Ticket) -> Actor:
    if ticket.reporter_id == context.person.id or not (context.person.is_staff or context.person.is_overseer):
        return resident(context.person)
    return overseer(context.person) if context.person.is_overseer else actor(context.person, ticket)
