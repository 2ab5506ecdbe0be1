"""为什么 and 改类: why the reader chose a category, and putting it right, from which the model learns."""

from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.shielding import is_about
from handlers.dialogue.which_ticket import pick
from handlers.notifications.pushes import notify
from handlers.residents.ask_or_file import receipt
from handlers.tickets.access import actor, overseen, overseer, reached, resident, worked
from handlers.tickets.clocks import set_promise
from handlers.tickets.filing import route_it, watch
from handlers.tickets.scope import Reach, as_reach
from handlers.town.privacy import shielded
from models.learning import Correction
from models.moves import NOTE, OPEN, Status
from models.person import OVERSEERS, STAFF, Role
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
    """The words that weighed most, and how sure the reader was."""
    picked = pick(context, worked(context.person) | overseen(context.person), (), WHY)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    text = shielded(ticket.text) if is_about(context, ticket) else ticket.text
    weighed = context.town.reader.explain(text, ticket.category)[:_WORDS_SHOWN]
    words = "、".join(f"{word}（{weight:+.1f}）" for word, weight in weighed) or context.say("correcting.no_words")
    name = context.town.catalogue.name(ticket.category)
    values = {"number": ticket.number, "category": name, "words": words, "rule": ticket.rule or "—"}
    return Reply(context.say("correcting.why", confidence=f"{ticket.confidence:.0%}", **values), keep=True)


@router.command(CORRECT)
def correct(context: Context) -> Reply:
    """Staff and supervisors within their reach; a resident their own."""
    picked = pick(context, _reach(context), _CORRECTABLE, CORRECT)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    category = context.town.catalogue.category_named(words)
    if category is None:
        names = "、".join(context.town.catalogue.categories.values())
        return Reply(context.say("correcting.which", number=ticket.number, names=names), keep=True)
    if category == ticket.category:
        return Reply(context.say("correcting.same", category=context.town.catalogue.name(category)), keep=True)
    return _corrected(context, ticket, category)


def _corrected(context: Context, ticket: Ticket, category: str) -> Reply:
    by = _actor(context, ticket)
    before, after = context.town.catalogue.name(ticket.category), context.town.catalogue.name(category)
    ticket.category, ticket.item, ticket.confidence = category, "", 1.0
    ticket.apply(
        NOTE, by=by, at=context.now, note=context.say("history.category_corrected", before=before, after=after)
    )
    context.session.merge(
        Correction(
            ticket_id=ticket.id,
            text=ticket.text,
            category=category,
            by_role=by.role.value,
            by_person=by.person_id,
            at=context.now,
        )
    )
    if ticket.status == Status.DISPATCHED:
        _route_anew(context, ticket)
    return Reply(f"{context.say('correcting.done', number=ticket.number, category=after)}\n{receipt(context, ticket)}")


def _route_anew(context: Context, ticket: Ticket) -> None:
    """Nobody has signed yet: the team of the right category gets it, with the right limits."""
    team = ticket.team
    route_it(context, ticket, context.town.world.places.get(ticket.place_id or 0), ticket.grid)
    set_promise(context, ticket, context.now)
    watch(context, ticket)
    if ticket.team != team:
        notify(context.session, context.town, ticket, "dispatch", context.now, but=context.person)


def _reach(context: Context) -> Reach:
    return reached(context.person) | as_reach(Ticket.reporter_id == context.person.id)


def _actor(context: Context, ticket: Ticket) -> Actor:
    if ticket.reporter_id == context.person.id or not (context.person.is_staff or context.person.is_overseer):
        return resident(context.person)
    return overseer(context.person) if context.person.is_overseer else actor(context.person, ticket)
