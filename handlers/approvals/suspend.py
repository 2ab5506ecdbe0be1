"""挂账: suspend a ticket until a day, once, if the next level agrees; on that day it resumes by a timer."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from handlers.approvals import requests
from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import no_longer, pick, pick_any, split_reference
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import acting, mover, reached
from handlers.tickets.change import Change
from handlers.tickets.clocks import run_on, set_timer, stop
from models import status_moves
from models.approval import Approval, Wish
from models.person import OVERSEERS, STAFF
from models.status_moves import Status
from models.ticket import CHINA, SYSTEM, Actor, Ticket, TicketEvent
from nlp.answers.deadline import read_deadline

router = Router("suspending")
RESUMES = "resume"
_MORNING = time(8, 30)


SUSPEND = Command(
    ("挂账", "挂起"),
    roles=STAFF | OVERSEERS,
    help="挂账 [工单号] 12月1日 原因：暂时办不了，到那天自动恢复",
    shield=Shield.IN_CHARGE,
)
RESUME = Command(
    ("恢复",),
    roles=STAFF | OVERSEERS,
    help="恢复 [工单号]：挂账的工单提前恢复办理",
    wants_words=False,
    shield=Shield.IN_CHARGE,
)


@router.command(SUSPEND)
def suspend(context: Context) -> Reply:
    """Request from the next level to stop the clocks until a day."""
    digits, words = split_reference(context.rest)
    day, reason = read_deadline(words, context.now.astimezone(CHINA))
    named = replace(context, rest=f"{digits} {reason}".strip())
    picked = pick_any(named, reached(context.person), tuple(status_moves.SUSPEND.sources), SUSPEND)
    if isinstance(picked, Reply):
        return picked
    ticket, reason = picked
    until = datetime.combine(day, _MORNING, CHINA) if day else None
    if until is None or not reason:
        return Reply(context.say("suspending.how", number=ticket.number))
    if refusal := _may_not_suspend(context, ticket, until):
        return refusal
    wish = requests.wish(context, ticket, Wish.SUSPEND, reason)
    wish.until = until
    return requests.request(context, ticket, wish)


def _may_not_suspend(context: Context, ticket: Ticket, until: datetime) -> Reply | None:
    if Status(ticket.status) not in status_moves.SUSPEND.sources:
        return Reply(
            context.say(
                "suspending.sign_first", line=ticket_text.line(context.town, ticket, context.now, context.person)
            )
        )
    if ticket.red_flag:
        return Reply(context.say("suspending.red_flag", number=ticket.number))
    farthest = context.now + timedelta(days=context.town.habits.suspend_days)
    if not context.now < until <= farthest:
        return Reply(
            context.say("suspending.which_day", number=ticket.number, last=ticket_text.moment(farthest, context.now))
        )
    if _was_suspended(context, ticket):
        return Reply(context.say("suspending.once", number=ticket.number))
    return None


def _was_suspended(context: Context, ticket: Ticket) -> bool:
    before = ticket.events.select().where(TicketEvent.move == status_moves.SUSPEND.name).limit(1)
    return context.session.scalar(before) is not None


def suspended(context: Context, approval: Approval, ticket: Ticket) -> None:
    stop(ticket, context.now)
    by = acting(context.person, ticket, status_moves.SUSPEND)
    until = ticket_text.moment(approval.until, context.now)
    ticket.apply(
        status_moves.SUSPEND,
        by=by,
        at=context.now,
        note=context.say("history.suspended", until=until, reason=approval.reason),
    )
    if approval.until:
        set_timer(context, RESUMES, ticket, max(approval.until, context.now))
    session, town, reason = context.session, context.town, approval.reason
    notify(session, town, ticket, "suspend", context.now, but=context.person, reason=reason, until=until)


@router.command(RESUME)
def take_up(context: Context) -> Reply:
    """恢复: resume a suspended ticket early."""
    picked = pick(context, reached(context.person), tuple(status_moves.RESUME.sources), RESUME)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    by = mover(context.person, ticket, status_moves.RESUME)
    if by is None:
        return no_longer(context, ticket)
    resume(context, ticket, by, context.say("history.resumed_early"))
    due = ticket_text.moment(ticket.handle_by, context.now)
    return Reply(context.say("suspending.resumed", number=ticket.number, due=due))


def day_has_come(change: Change, ticket: Ticket) -> None:
    """The suspension's last day has come: resume the ticket."""
    if ticket.status == Status.SUSPENDED:
        resume(change, ticket, SYSTEM, change.town.say("history.resumed"))


def resume(change: Change, ticket: Ticket, by: Actor, note: str) -> None:
    """Resume a ticket with the time that was left."""
    ticket.apply(status_moves.RESUME, by=by, at=change.now, note=note)
    run_on(change, ticket)
    notify(change.session, change.town, ticket, "resume", change.now)
