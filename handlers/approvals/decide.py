"""Decide requests with one digit: 1 同意, 2 不同意. The first answer decides."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import Select, select

from handlers.approvals import contest, extend, suspend
from handlers.approvals.requests import NAMES, how_much, is_void
from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import split_reference
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import acting
from models.approval import Approval, Approver, Wish
from models.person import OVERSEERS, STAFF, Person
from models.status_moves import NOTE
from models.ticket import Ticket
from nlp.answers.choices import number as option_number

router, digits = Router("approving"), Router("digits")
DIGITS = 2
_JUST_NOW = timedelta(hours=1)

_GRANTED: Mapping[Wish, Callable[[Context, Approval, Ticket], None]] = {
    Wish.EXTEND: extend.extended,
    Wish.SUSPEND: suspend.suspended,
    Wish.CONTEST: contest.upheld,
}
"""What is done when a wish of each kind is granted"""


@router.on(in_state(Asks.WHICH_APPROVAL))
def one_chosen(context: Context) -> Reply | None:
    """The answer which of several requests is decided."""
    number = context.number
    if number is None:
        return None
    approval = context.session.get(Approval, context.slots["approvals"][number])
    return decide(context, approval, grant=context.slots["grant"]) if approval else None


APPROVE = Command(("同意", "批准"), roles=STAFF | OVERSEERS, help="同意 [工单号]：批准延期或挂账申请")
REFUSE = Command(("不同意", "不批", "驳回"), roles=STAFF | OVERSEERS, help="不同意 [工单号]：不批延期或挂账申请")


@router.command(APPROVE)
def agree(context: Context) -> Reply | None:
    """Grant a request in words."""
    return _said(context, grant=True)


@router.command(REFUSE)
def refuse(context: Context) -> Reply | None:
    """Refuse a request in words."""
    return _said(context, grant=False)


@digits.on(in_state(Asks.APPROVAL))
def digit(context: Context) -> Reply | None:
    """1 or 2 answers the request of a push."""
    waiting = _waiting(context)
    if context.number is None or not waiting:
        return None
    return _one_of(context, waiting, grant=context.number == 0)


@digits.on(lambda context: context if context.text and context.is_free else None)
def digit_again(context: Context) -> Reply | None:
    """A repeated digit, or one after a colleague's decision: show the outcome."""
    return _decided_just_now(context) if option_number(context.text, DIGITS) is not None else None


def decide(context: Context, approval: Approval, *, grant: bool) -> Reply:
    """Decide a request; a second decision changes nothing."""
    ticket = context.session.get_one(Ticket, approval.ticket_id)
    if approval.decided_at:
        return _decided_already(context, approval)
    approval.decided_at, approval.decided_by = context.now, context.person.id
    if is_void(approval, ticket):
        return Reply(
            context.say("approving.void", line=ticket_text.line(context.town, ticket, context.now, context.person))
        )
    approval.granted = grant
    name = NAMES[Wish(approval.wish)]
    if grant:
        _GRANTED[Wish(approval.wish)](context, approval, ticket)
    else:
        by = acting(context.person, ticket, NOTE)
        ticket.apply(
            NOTE, by=by, at=context.now, note=context.say("history.refused", wish=name, reason=approval.reason)
        )
    _tell_asker(context, ticket, approval)
    key = "approving.granted" if grant else "approving.refused"
    return Reply(context.say(key, number=ticket.number, wish=name))


def _said(context: Context, *, grant: bool) -> Reply | None:
    number, _ = split_reference(context.rest)
    waiting = _waiting(context)
    if number:
        waiting = [each for each in waiting if _number(context, each).endswith(number)]
    if waiting:
        return _one_of(context, waiting, grant=grant)
    if not context.nothing_asked or (context.rest and not number):
        return None  # it answers another question, or begins a sentence
    return _decided_just_now(context) or Reply(context.say("approving.nothing_waits"), keep=True)


def _waiting(context: Context) -> list[Approval]:
    """Requests that can still be decided; if all are void, the latest one, so that its end is explained."""
    asked = list(context.session.scalars(_put_to(context.person)))
    tickets = {each.ticket_id: context.session.get_one(Ticket, each.ticket_id) for each in asked}
    return [each for each in asked if not is_void(each, tickets[each.ticket_id])] or asked[-1:]


def _decided_just_now(context: Context) -> Reply | None:
    just = _put_to(context.person, decided=True).where(Approval.decided_at > context.now - _JUST_NOW)
    just = just.where(Approval.granted.is_not(None))
    last = context.session.scalar(just.order_by(Approval.decided_at.desc()).limit(1))
    return _decided_already(context, last) if last else None


def _one_of(context: Context, waiting: list[Approval], *, grant: bool) -> Reply:
    if len(waiting) == 1:
        return decide(context, waiting[0], grant=grant)
    lines = numbered([_line(context, approval) for approval in waiting])
    slots = {"approvals": [approval.id for approval in waiting], "grant": grant}
    return Reply(
        context.say("approving.which", choices=lines, verb=(APPROVE if grant else REFUSE).name),
        Asks.WHICH_APPROVAL,
        slots,
    )


def _line(context: Context, approval: Approval) -> str:
    ticket = context.session.get_one(Ticket, approval.ticket_id)
    what = context.town.catalogue.name(ticket.category, ticket.item)
    return f"{ticket.number} {what} {NAMES[Wish(approval.wish)]}{how_much(context, approval)}：{approval.reason[:20]}"


def _put_to(person: Person, *, decided: bool = False) -> Select[Approval]:
    mine = select(Approval).join(Approver).where(Approver.person_id == person.id).order_by(Approval.id)
    return mine.where(Approval.decided_at.is_not(None) if decided else Approval.decided_at.is_(None))


def _tell_asker(context: Context, ticket: Ticket, approval: Approval) -> None:
    asker = context.session.get_one(Person, approval.asked_by)
    wished, much = NAMES[Wish(approval.wish)], how_much(context, approval)
    what = "approval_granted" if approval.granted else "approval_refused"
    session, town, now = context.session, context.town, context.now
    then = town.say(f"approving.then_{approval.wish}", handle_by=ticket_text.moment(ticket.handle_by, now))
    notify(session, town, ticket, what, now, but=context.person, named=[asker], wish=wished, much=much, then=then)


_OUTCOMES = {True: "granted", False: "refused", None: "void"}


def _decided_already(context: Context, approval: Approval) -> Reply:
    said = context.say(f"approving.is_{_OUTCOMES[approval.granted]}")
    values = {"number": _number(context, approval), "wish": NAMES[Wish(approval.wish)], "said": said}
    return Reply(context.say("approving.decided_already", **values), keep=True)


def _number(context: Context, approval: Approval) -> str:
    return context.session.get_one(Ticket, approval.ticket_id).number or ""
