"""延: request more time before the deadline, at most twice, and in total no more than the limit itself."""

import re
from datetime import date, datetime, timedelta

from sqlalchemy import select

from handlers.approvals import requests
from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import no_longer, pick
from handlers.notifications.pushes import notify
from handlers.tickets.access import acting, followed, reached, resident
from handlers.tickets.clocks import wind
from handlers.tickets.staff_complaints import hear
from models import status_moves
from models.approval import Approval, Wish
from models.calendar import Span
from models.person import OVERSEERS, STAFF, Role
from models.status_moves import ACTIVE, NOTE, Status
from models.ticket import CHINA, Ticket, TicketEvent
from nlp.answers.deadline import read_deadline

router = Router("extending")
MOST_EXTENSIONS = 2
_MOST_DAYS = 60
_SPAN = re.compile(
    r"(\d+(?:\.\d+)?)\s*个?(紧急工作时|紧急工作日|工作时|工作日|自然日|小时|分钟|天)[\s,，:：]*(.*)", re.DOTALL
)
_OPEN_TO_OBJECTION = timedelta(days=7)


EXTEND = Command(
    ("延", "延期", "申请延期"),
    roles=STAFF | OVERSEERS,
    help="延 [工单号] 2工作日 原因：到期前申请延期",
    shield=Shield.IN_CHARGE,
)
OBJECT = Command(("不同意", "有意见"), roles=frozenset((Role.RESIDENT,)), help="不同意：对延期、挂账有意见，请督导过问")


@router.command(EXTEND)
def extend(context: Context) -> Reply:
    """Request more time from the next level."""
    picked = pick(context, reached(context.person), tuple(status_moves.EXTEND.sources), EXTEND)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    span, reason = _wished(context, ticket, words)
    if span is None or not reason:
        return Reply(context.say("extending.how", number=ticket.number))
    if refusal := _may_not_extend(context, ticket, span):
        return refusal
    wish = requests.wish(context, ticket, Wish.EXTEND, reason)
    wish.span = str(span)
    return requests.request(context, ticket, wish)


def _wished(context: Context, ticket: Ticket, words: str) -> tuple[Span | None, str]:
    """The span and the reason: 「2工作日 等配件」, or with a day: 「到下周五 等配件」."""
    if found := _SPAN.fullmatch(words):
        span = Span.parse(found[1] + found[2].replace("天", "自然日")) if float(found[1]) > 0 else None
        return span, found[3].strip()
    day, reason = read_deadline(words, context.now.astimezone(CHINA))
    return (_days_until(context, ticket, day) if day else None), reason


def _days_until(context: Context, ticket: Ticket, day: date) -> Span | None:
    """The extension to a day, in working days, the unit of the limits."""
    if ticket.handle_by is None:
        return None
    spans = (Span.parse(f"{count}工作日") for count in range(1, _MOST_DAYS))
    wanted = (span for span in spans if _ends(context, ticket.handle_by, span) >= day)
    return next(wanted, None) if _ends(context, ticket.handle_by) < day else None


def _ends(context: Context, limit: datetime, span: Span | None = None) -> date:
    return (context.town.calendar.due(limit, span) if span else limit).astimezone(CHINA).date()


def _may_not_extend(context: Context, ticket: Ticket, span: Span) -> Reply | None:
    if Status(ticket.status) not in status_moves.EXTEND.sources:
        return no_longer(context, ticket)
    if ticket.handle_by is None or ticket.handle_by <= (ticket.stopped_at or context.now):
        return Reply(context.say("extending.too_late", number=ticket.number))
    before = requests.granted(context, ticket, Wish.EXTEND)
    if len(before) >= MOST_EXTENSIONS:
        return Reply(context.say("extending.twice", number=ticket.number))
    calendar, latest = context.town.calendar, ticket.handle_by
    for each in (*(Span.parse(approval.span) for approval in before), span):
        latest = calendar.due(latest, each)
    if latest > calendar.due(ticket.handle_by, Span.parse(ticket.handle_limit)):
        return Reply(context.say("extending.too_much", number=ticket.number, limit=ticket.handle_limit))
    return None


def extended(context: Context, approval: Approval, ticket: Ticket) -> None:
    if ticket.handle_by is None:
        return
    ticket.handle_by = context.town.calendar.due(ticket.handle_by, Span.parse(approval.span))
    by = acting(context.person, ticket, status_moves.EXTEND)
    ticket.apply(
        status_moves.EXTEND,
        by=by,
        at=context.now,
        note=context.say("history.extended", much=approval.span, reason=approval.reason),
    )
    wind(context, ticket)
    notify(context.session, context.town, ticket, "extend", context.now, but=context.person, reason=approval.reason)


@router.command(OBJECT)
def object_to_it(context: Context) -> Reply | None:
    """A resident objects to an extension or suspension: notify a supervisor, once for each approval."""
    mine = followed(context.person) & Ticket.status.in_([status.value for status in ACTIVE])
    recent = Approval.granted.is_(True) & (Approval.decided_at > context.now - _OPEN_TO_OBJECTION)
    found = select(Approval).join(Ticket, Ticket.id == Approval.ticket_id).where(mine, recent)
    approval = context.session.scalar(found.order_by(Approval.decided_at.desc()).limit(1))
    if approval is None:
        plain = not context.rest and context.nothing_asked  # otherwise it may be a report or an answer
        return Reply(context.say("extending.nothing_to_object"), keep=True) if plain else None
    ticket = context.session.get_one(Ticket, approval.ticket_id)
    if not _has_objected(context, ticket, approval):
        why = f"{OBJECT.name}{requests.NAMES[Wish(approval.wish)]}：{context.rest}".rstrip("：")
        hear(context, ticket, context.rest)
        ticket.apply(NOTE, by=resident(context.person), at=context.now, note=why)
        notify(context.session, context.town, ticket, "objected", context.now, but=context.person, note=why)
    return Reply(context.say("extending.objected", number=ticket.number), keep=True)


def _has_objected(context: Context, ticket: Ticket, approval: Approval) -> bool:
    said = (TicketEvent.by_person == context.person.id) & (TicketEvent.at >= approval.decided_at)
    notes = ticket.events.select().where(said, TicketEvent.note.startswith(OBJECT.name)).limit(1)
    return context.session.scalar(notes) is not None
