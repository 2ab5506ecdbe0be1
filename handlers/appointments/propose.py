"""约: staff propose a time, or agree to the resident's time."""

from handlers.appointments.lifecycle import agree, propose, spoken, standing, standing_of
from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import signed
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick, which
from handlers.notifications.pushes import notify
from handlers.tickets.access import actor, worked
from models import status_moves
from models.person import STAFF
from models.status_moves import Status
from models.ticket import CHINA, Ticket
from nlp.answers.when import When, home_hours, puts_off, read_when
from nlp.reading.understanding import Wish

router = Router("appointments of staff")
_LONGEST = 30

VISIT = Command(
    ("约", "预约"),
    roles=STAFF,
    help="约 [工单号] 明天上午9-11点：和居民约上门时间",
    every_day=True,
    shield=Shield.IN_CHARGE,
)


@router.command(VISIT)
def propose_visit(context: Context) -> Reply:
    """Propose a time and ask the resident."""
    picked = pick(context, worked(context.person), tuple(status_moves.VISIT.sources), VISIT)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    when = read_when(words, context.now.astimezone(CHINA))
    if when is None:
        return Reply(context.say("appointments.how", number=ticket.number), keep=True)
    return _proposed(context, ticket, when)


@router.on(lambda context: context if context.person.is_staff and context.text and context.is_free else None)
def proposed_anew(context: Context) -> Reply | None:
    """「后天去不了，改周五上午9点」: propose another time for the current visit of their ticket."""
    seen, words = context.understanding, context.text
    changes = puts_off(words) or bool(seen and seen.wish is Wish.APPOINT)
    when = home_hours(words, context.now.astimezone(CHINA)) if changes and len(words) <= _LONGEST else None
    mine = signed(context) if when else []
    visited = standing_of(context, mine) if mine else {}
    fitting = [ticket for ticket in mine if ticket.id in visited]
    if when is None or not fitting:
        return None
    return which(context, fitting, words, VISIT) if len(fitting) > 1 else _proposed(context, fitting[0], when)


def _proposed(context: Context, ticket: Ticket, when: When) -> Reply:
    if (when.until or when.at) <= context.now:
        return Reply(context.say("appointments.is_over", number=ticket.number), keep=True)
    visit = propose(context, ticket, when, actor(context.person, ticket), by_staff=True)
    said = spoken(context, visit)
    notify(context.session, context.town, ticket, "visit_proposed", context.now, but=context.person, when=said)
    return Reply(context.say("appointments.asked", number=ticket.number, when=said))


@router.on(in_state(Asks.VISIT_WISHED))
def wish_agreed(context: Context) -> Reply | None:
    """1 agrees to the resident's time."""
    ticket = context.session.get(Ticket, context.slots["ticket"])
    if context.number != 0 or ticket is None or Status(ticket.status) not in status_moves.VISIT.sources:
        return None
    visit = standing(context, ticket)
    if visit is None or visit.by_staff or visit.agreed_at:
        return None
    agree(context, ticket, visit, actor(context.person, ticket))
    return Reply(context.say("appointments.set", number=ticket.number, when=spoken(context, visit)))
