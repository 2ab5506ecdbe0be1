"""What the platform tells of its own work: a template message arrived or not, a subscription was accepted."""

from sqlalchemy import select

from handlers.dialogue import Context, Reply, Router, event
from models.push import Outcome, Push

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
    return Reply("", keep=True)


@router.on(event("subscribe_msg_popup_event", "subscribe_msg_change_event", "location", "view"))
def noted(_context: Context) -> Reply:
    """Kept with the inbound message; nothing to answer."""
    return Reply("", keep=True)
