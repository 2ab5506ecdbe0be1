"""回 结束: staff answer a resident who asked for a person, and end the talk."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import split_reference
from handlers.front_desk import talk
from handlers.notifications.pushes import notify
from handlers.tickets.access import acting
from models.person import OVERSEERS, STAFF, Person
from models.status_moves import NOTE
from models.ticket import Ticket

router = Router("talk")

ANSWER = Command(("回", "回复"), roles=STAFF | OVERSEERS, help="回 [工单号] 说什么：答找人工的居民", every_day=True)
FINISH = Command(("结束",), roles=STAFF | OVERSEERS, help="结束 [工单号]：不再人工答，交还机器人")


@router.command(ANSWER)
def answer(context: Context) -> Reply | None:
    """Send words to the resident who wrote last, or whose ticket is named."""
    number, words = split_reference(context.rest)
    found = _talk(context, number)
    if found is None or (words.isdecimal() and len(words) < 3):
        return None if not number else Reply(context.say("talk.nobody"), keep=True)  # 「回1」 is an option
    ticket, person = found
    if not words:
        return Reply(context.say("talk.how", number=ticket.number), keep=True)
    by = acting(context.person, ticket, NOTE)
    ticket.apply(NOTE, by=by, at=context.now, note=context.say("talk.note", words=words))
    notify(context.session, context.town, ticket, "talk_answered", context.now, named=[person], note=words)
    _tell_colleagues(context, ticket, "talk_colleague", words)
    talk.go_on(context, ticket, answered=True)
    return Reply(context.say("talk.answered", number=ticket.number), keep=True)


@router.command(FINISH)
def finish(context: Context) -> Reply | None:
    """End the talk and tell the resident that the bot answers again."""
    found = _talk(context, split_reference(context.rest)[0])
    if found is None:
        return None
    ticket, person = found
    _tell_colleagues(context, ticket, "talk_finished")
    talk.close(context, ticket)
    notify(context.session, context.town, ticket, "talk_over", context.now, named=[person])
    return Reply(context.say("talk.finished", number=ticket.number), keep=True)


def _tell_colleagues(context: Context, ticket: Ticket, what: str, words: str = "") -> None:
    """Tell colleagues in the talk, so that two don't answer the same message."""
    others, name = talk.others_at_it(context, ticket), context.person.name
    notify(context.session, context.town, ticket, what, context.now, named=others, name=name, note=words)


def _talk(context: Context, number: str) -> tuple[Ticket, Person] | None:
    """The open talk about this ticket number, or the one with the latest message."""
    for each in context.asked:
        if each.state != Asks.TALK_ANSWER or each.ticket_id is None:
            continue
        ticket = context.session.get_one(Ticket, each.ticket_id)
        if str(ticket.number).endswith(number):
            return ticket, context.session.get_one(Person, each.slots["resident"])
    return None
