"""结 退 转 上报 备注: what staff tell of a ticket in words that follow the command, or that we ask for."""

from collections.abc import Callable
from datetime import timedelta

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.current_ticket import held
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import split_reference
from handlers.notifications.pushes import notify
from handlers.staff.commands import HELD, already, ask_words, by_whistle, pick_or_ask, reach
from handlers.staff.hand_on import escalate, reassign, return_
from handlers.staff.sign import sign
from handlers.tickets.access import actor, tickets
from handlers.tickets.clocks import run_on, set_timer
from models import moves
from models.moves import ENDED, Status
from models.person import STAFF
from models.ticket import Ticket

router = Router("working")


@router.on(in_state(Asks.WORK_WORDS))
def reason_told(context: Context) -> Reply | None:
    """The words that a command was waiting for."""
    ticket = context.session.scalar(tickets(reach(context) & (Ticket.id == context.slots["ticket"])))
    act = _WITH_WORDS.get(context.slots["word"])
    if ticket is None or act is None:
        return None
    words = context.text.strip()
    return by_whistle(context, ticket, context.slots["word"], words) or act(context, ticket, words)


RESOLVE = Command(
    ("结", "办结", "完成", "结单", "结案"), roles=STAFF, help="结 [工单号] 办了什么：办结，请居民确认", every_day=True
)
RETURN = Command(("退", "退单"), roles=STAFF, help="退 [工单号] 原因：不归我们，退回社区裁定", every_day=True)
HAND_ON = Command(("转", "转派"), roles=STAFF, help="转 [工单号] 单位 原因：转给别的单位", every_day=True)
ESCALATE = Command(("上报",), roles=STAFF, help="上报 [工单号] 原因：本级办不了，请上一级接手")
NOTE = Command(("备注",), roles=STAFF, help="备注 [工单号] 内容：记一笔（居民看不到）", every_day=True)


@router.command(RESOLVE)
def resolve(context: Context) -> Reply:
    """Done, with the words that the resident will read. Whoever has done it has signed."""
    named = bool(split_reference(context.rest)[0])
    unsigned = named or held(context, reach(context), (Status.WORKING,)) is None
    return _with_words(context, HELD if unsigned else (Status.WORKING,), "结", "working.resolve_how")


@router.command(RETURN)
def give_back(context: Context) -> Reply:
    """Not ours, with a reason."""
    return _with_words(context, HELD, "退", "working.return_why")


@router.command(HAND_ON)
def hand_on(context: Context) -> Reply:
    """To another team, with a reason."""
    return _with_words(context, HELD, "转", "working.reassign_whom")


@router.command(ESCALATE)
def climb(context: Context) -> Reply:
    """Beyond our means: the level above takes it."""
    return _with_words(context, HELD, "上报", "working.escalate_why")


@router.command(NOTE)
def note(context: Context) -> Reply:
    """办理情况: for inside only."""
    return _with_words(context, tuple(set(Status) - ENDED), "备注", "working.note_what")


def _with_words(context: Context, statuses: tuple[Status, ...], word: str, question: str) -> Reply:
    """A command that needs words: they follow it, or are asked for."""
    picked = pick_or_ask(context, statuses, word)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if reply := by_whistle(context, ticket, word, words):
        return reply
    if Status(ticket.status) not in statuses:
        return already(context, ticket)
    if not words:
        return ask_words(context.say(question, number=ticket.number), word, ticket)
    return _WITH_WORDS[word](context, ticket, words)


def _resolve(context: Context, ticket: Ticket, words: str) -> Reply:
    if ticket.status == Status.DISPATCHED and ticket.team == context.person.team:
        sign(context, ticket)
    if ticket.status != Status.WORKING:
        return already(context, ticket)
    ticket.answer = words
    run_on(context, ticket)
    ticket.apply(moves.RESOLVE, by=actor(context.person, ticket), at=context.now, note=words)
    set_timer(context, "lapse", ticket, context.now + timedelta(days=context.town.habits.lapse_days))
    notify(context.session, context.town, ticket, "resolve", context.now, but=context.person)
    return Reply(context.say("working.resolved", number=ticket.number))


def _note(context: Context, ticket: Ticket, words: str) -> Reply:
    ticket.apply(moves.NOTE, by=actor(context.person, ticket), at=context.now, note=words)
    return Reply(context.say("working.noted", number=ticket.number))


_WITH_WORDS: dict[str, Callable[[Context, Ticket, str], Reply]] = {
    "结": _resolve,
    "退": return_,
    "转": reassign,
    "上报": escalate,
    "备注": _note,
}
