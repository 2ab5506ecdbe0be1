"""「说错了，是5号楼」「不是停车的事，是飞线充电」「地址错了」: reporters correct their tickets."""

from datetime import timedelta

from handlers.appointments import at_home
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.other_matter import is_told_in_full
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick, split_reference, which
from handlers.residents import correct_category, correct_place
from handlers.residents.correction_read import Correction
from handlers.tickets.access import by_number, own
from handlers.tickets.filing import recent
from handlers.tickets.scope import as_reach
from models.person import Role
from models.status_moves import ACTIVE, OPEN, Status
from models.ticket import Ticket
from nlp.answers.corrections import is_of_category, right_of_thing, right_words, told_of

router = Router("corrections")
_LOOKED_AT = 8

AMEND = Command(
    ("更正",), roles=frozenset((Role.RESIDENT,)), help="更正 [工单号] 正确的地点或类别：报的时候说错了，改过来"
)


@router.command(AMEND)
def amend(context: Context) -> Reply:
    """The right place or category follows the command, or is asked for."""
    mine = as_reach(Ticket.reporter_id == context.person.id)
    picked = pick(context, mine, tuple(ACTIVE), AMEND)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    return (words and _put_right(context, ticket, _said(context, words))) or _ask_right(context, ticket)


@router.on(in_state(Asks.RIGHT_WORDS))
def right_told(context: Context) -> Reply | None:
    """The right address or category, which we asked for after 「地址错了」."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if ticket is None or Status(ticket.status) not in ACTIVE or _is_another(context, ticket):
        return None
    return _put_right(context, ticket, Correction(context.text, context.text, context.understanding))


def _is_another(context: Context, ticket: Ticket) -> bool:
    """A whole sentence about another thing in another place is a report, not the right address."""
    seen = context.understanding
    if seen is None or seen.place is None or not is_told_in_full(context):
        return False
    elsewhere = seen.place.known not in {"", ticket.place_name} or seen.place.building not in {"", ticket.building}
    return elsewhere and (seen.category, seen.item) != (ticket.category, ticket.item)


@router.on(lambda context: context if context.text and not context.answers else None)
def corrected(context: Context) -> Reply | None:
    """Correct the ticket that is meant: by its number, by its problem, else the one reported last."""
    digits, words = split_reference(context.text)
    right = right_words(words)
    if right is None and (thing := put_right_of_thing(context, words)):
        return thing
    meant = [] if right is None else _meant(context, digits)
    if not meant:
        return None
    if len(meant) > 1:
        return which(context, meant, right or "", AMEND)
    if not right:
        return correct_category.ask(context, meant[0]) if is_of_category(words) else _ask_right(context, meant[0])
    return _put_right(context, meant[0], _said(context, words))


def put_right_of_thing(context: Context, words: str) -> Reply | None:
    """「停车的是5号楼」 after two reports: correct the one about that thing."""
    thing, right = right_of_thing(words)
    last = recent(context, context.town.habits.recent_minutes) if thing else None
    if last is None:
        return None
    told = own(context.session, context.person, tuple(OPEN), _LOOKED_AT)
    lately = context.now - timedelta(minutes=context.town.habits.recent_minutes)
    fitting = [each for each in told if each.created_at >= lately and thing in each.text]
    return put_right(context, fitting[0], right) if len(fitting) == 1 else None


def put_right(context: Context, ticket: Ticket, right: str) -> Reply | None:
    """Correct a known ticket; None if it isn't theirs, has ended, or nothing changes."""
    if ticket.reporter_id != context.person.id or Status(ticket.status) not in OPEN:
        return None
    return _put_right(context, ticket, Correction(right, right, context.town.reader.understand(right)))


def _said(context: Context, words: str) -> Correction:
    right = right_words(words) or words
    return Correction(words, right, context.town.reader.understand(right))


def _put_right(context: Context, ticket: Ticket, said: Correction) -> Reply | None:
    """Try the correction as the time of a visit, then as the place, then as the category."""
    time = at_home.amended(context, ticket, said.right)
    return time or correct_place.amended(context, ticket, said) or correct_category.amended(context, ticket, said)


def _ask_right(context: Context, ticket: Ticket) -> Reply:
    what = context.town.catalogue.name(ticket.category, ticket.item)
    said = context.say("correcting.what_is_right", number=ticket.number, what=what)
    return Reply(said, Asks.RIGHT_WORDS, {"ticket": ticket.id})


def _meant(context: Context, digits: str) -> list[Ticket]:
    """The tickets that may be meant; only their own reports, not those that they joined."""
    mine = as_reach(Ticket.reporter_id == context.person.id)
    if digits:
        found = by_number(context.session, mine, digits)
        return [each for each in found if Status(each.status) in OPEN]
    told = own(context.session, context.person, tuple(OPEN), _LOOKED_AT)
    told = [each for each in told if each.reporter_id == context.person.id]
    if pointed := _pointed_at(context, told):
        return pointed
    item = context.understanding.item if context.understanding else ""
    named = [each for each in told if item and each.item == item]
    last = recent(context, context.town.habits.recent_minutes)
    return named[:1] or ([last] if last in told else told)


def _pointed_at(context: Context, told: list[Ticket]) -> list[Ticket]:
    """「第一件」「灯的那个」: the ticket pointed at; all of them if it fits none, so that we ask which."""
    which, thing = told_of(context.text)
    if which is not None and len(told) > 1:
        return [sorted(told, key=lambda ticket: ticket.id)[which]] if which < len(told) else told
    return ([ticket for ticket in told if thing in ticket.text] or told) if thing else []
