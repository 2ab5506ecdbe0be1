"""「删除我的信息」: after a confirmation, withdraw open tickets and erase the person."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.own_word import wanted_word
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.privacy.erasure import erase
from handlers.tickets.access import resident, tickets
from models.person import Role
from models.status_moves import ACTIVE, WITHDRAW, Status
from models.ticket import Ticket
from nlp.answers.choices import wants_erasure

router = Router("erasing")
_LISTED = 5


ERASE_ME = Command(
    ("删除我的信息", "删除我的个人信息", "注销"),
    roles=frozenset((Role.RESIDENT,)),
    help="删除我的信息：您说过的话、住址、照片都抹掉",
)


@router.on(lambda context: context if context.is_free and wants_erasure(context.text) else None)
@router.command(ERASE_ME)
def ask(context: Context) -> Reply:
    """Say what will be erased and what happens to open tickets, and ask for the confirming word."""
    if context.person.is_staff or context.person.is_overseer:
        return Reply(context.say("erasing.staff"), keep=True)
    mine = _open(context)
    if not mine:
        return Reply(context.say("erasing.sure"), Asks.ERASE_SURE)
    lines = "\n".join(ticket_text.line(context.town, ticket, context.now, context.person) for ticket in mine[:_LISTED])
    lines += context.say("erasing.and_more", count=len(mine) - _LISTED) if len(mine) > _LISTED else ""
    return Reply(context.say("erasing.sure_with_open", count=len(mine), lines=lines), Asks.ERASE_SURE)


@router.on(in_state(Asks.ERASE_SURE))
def confirmed(context: Context) -> Reply | None:
    """Erase only on the exact word, and only if no newer question was pushed: a digit must never erase anything."""
    said, instead = wanted_word(context, context.say("erasing.word"), context.say("erasing.kept"))
    if not said:
        return instead
    if any(each.is_pushed and each.shown_at and each.shown_at >= context.question_shown for each in context.asked):
        return Reply(context.say("erasing.something_newer"), keep=True)
    for ticket in _open(context):
        if Status(ticket.status) in WITHDRAW.sources:
            _withdraw(context, ticket)
    erase(context.session, context.town, context.person, context.now, answering=context.message.key)
    return Reply(context.say("erasing.done"))


def _open(context: Context) -> list[Ticket]:
    return list(context.session.scalars(tickets(Ticket.reporter_id == context.person.id, tuple(ACTIVE))))


def _withdraw(context: Context, ticket: Ticket) -> None:
    ticket.unit = ticket.room = ""  # the push about the withdrawal is not erased, so it must not show the flat
    ticket.apply(WITHDRAW, by=resident(context.person), at=context.now)
    notify(context.session, context.town, ticket, "withdraw", context.now, but=context.person)
