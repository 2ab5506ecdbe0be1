"""回访: a clerk who did not do the work calls the resident and notes the answer; the resident confirms it."""

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.dialogue.which_ticket import pick
from handlers.notifications.pushes import notify
from handlers.tickets.access import mover, reached
from models import status_moves
from models.person import OVERSEERS, Role

router = Router("following up")
_CLERKS = frozenset({Role.GRID_STAFF}) | OVERSEERS


FOLLOW_UP = Command(("回访", "电话回访"), roles=_CLERKS, help="回访 [工单号] 居民怎么说：电话回访记一笔，再请居民确认")


@router.command(FOLLOW_UP)
def follow_up(context: Context) -> Reply:
    """Note the call. A clerk's word doesn't close the ticket: the resident is asked to confirm."""
    picked = pick(context, reached(context.person), tuple(status_moves.FOLLOW_UP.sources), FOLLOW_UP)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    by = mover(context.person, ticket, status_moves.FOLLOW_UP)
    if by is None or (not context.person.is_overseer and context.person.team == ticket.team):
        return Reply(context.say("following_up.own_work", number=ticket.number))
    if not words:
        return Reply(context.say("following_up.what", number=ticket.number))
    ticket.apply(status_moves.FOLLOW_UP, by=by, at=context.now, note=words)
    notify(context.session, context.town, ticket, "follow_up", context.now, but=context.person)
    return Reply(context.say("following_up.done", number=ticket.number))
