"""What the platform tells of its own work: a template message arrived or not, a subscription was accepted."""

from sqlalchemy import select

from handlers.dialogue import Context, Reply, Router, event
from models.moves import NOTE
from models.push import Outcome, Push
from models.ticket import SYSTEM, Ticket

router = Router("receipts")


@router.on(event("templatesendjobfinish", "subscribe_msg_sent_event"))
def delivered(context: Context) -> Reply:
    """The receipt of a push closes its circle."""
    extra = context.message.extra
    push = context.session.scalar(select(Push).where(Push.msgid == extra.get("msgid", "")).limit(1))
    if push and push.msgid:
        arrived = extra.get("status", "") == "success"
        push.outcome = Outcome.DELIVERED if arrived else Outcome.GAVE_UP
        push.reason = "" if arrived else extra.get("status", "")[:80]
        if not arrived:
            _note(context, push)
    return Reply("", keep=True)


def _note(context: Context, push: Push) -> None:
    """Whoever opens the ticket sees that somebody was not reached."""
    ticket = context.session.get(Ticket, push.ticket_id) if push.ticket_id else None
    if ticket:
        ticket.apply(NOTE, by=SYSTEM, at=context.now, note="有一条通知没送到（对方拒收或微信没能送达）")


@router.on(event("subscribe_msg_popup_event", "subscribe_msg_change_event", "location", "view"))
def noted(_context: Context) -> Reply:
    """Kept with the inbound message; nothing to answer."""
    return Reply("", keep=True)
