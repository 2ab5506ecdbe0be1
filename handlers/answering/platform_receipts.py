"""Events the platform sends about its own work: whether a template message arrived, subscriptions accepted."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, event
from handlers.notifications.unreached import not_reached
from handlers.town.town import Town
from models.acceptance import Acceptance
from models.conversation import Inbound
from models.deferred_inserts import append
from models.person import Person
from models.push import Outcome, Push, Rank, sent_as
from models.status_moves import NOTE
from models.ticket import SYSTEM, Ticket

router = Router("receipts")
_EARLY = timedelta(minutes=2)


@router.on(event("templatesendjobfinish", "subscribe_msg_sent_event"))
def delivered(context: Context) -> Reply:
    """Store the outcome of the push that this receipt is about."""
    extra = context.message.extra
    push = context.session.scalar(select(Push).where(sent_as(extra.get("msgid", ""))).limit(1))
    if push:
        _settle(context.session, context.town, push, extra.get("status", ""), context.now)
    return Reply("", keep=True)


def settle_early(session: Session, town: Town, push_id: int, openid: str, now: datetime) -> None:
    """Look for a receipt that arrived before we had stored the message id that it names.

    The person's row is locked here and while their messages are answered, so one of the two always sees the other.
    """
    push = session.get_one(Push, push_id)
    session.scalar(select(Person.id).where(Person.id == push.person_id).with_for_update())
    lately = (Inbound.openid == openid) & (Inbound.received_at >= now - _EARLY)
    receipt = session.scalar(select(Inbound).where(lately, Inbound.key.endswith(f"|{push.msgid}", autoescape=True)))
    if receipt:
        _settle(session, town, push, receipt.content.get("extra", {}).get("status", ""), now)


def _settle(session: Session, town: Town, push: Push, status: str, now: datetime) -> None:
    """A push that did not arrive is said at the person's next contact; if it was a danger, others are told now."""
    if status == "success":
        push.outcome, push.reason = Outcome.DELIVERED, ""
        return
    push.lay_aside(Outcome.KEPT, status[:80])
    _note(session, town, push, now)
    if push.rank == Rank.DANGER and not push.unreached_at:
        not_reached(session, town, push, status[:80], now)


def _note(session: Session, town: Town, push: Push, now: datetime) -> None:
    """Note in the ticket's history that the push did not arrive."""
    ticket = session.get(Ticket, push.ticket_id) if push.ticket_id else None
    if ticket:
        ticket.apply(NOTE, by=SYSTEM, at=now, note=town.say("history.push_not_received"))


@router.on(event("subscribe_msg_popup_event", "subscribe_msg_change_event"))
def notices_answered(context: Context) -> Reply:
    """Each 「允许」 allows one notice; a refusal in the settings cancels those that are not used yet."""
    extra, mine = context.message.extra, Acceptance.person_id == context.person.id
    refused = Acceptance.template_id.in_(_ids(extra.get("rejected", "")))
    context.session.execute(delete(Acceptance).where(mine, refused, Acceptance.used_at.is_(None)))
    for template in _ids(extra.get("accepted", "")) if context.message.event == _POPUP else ():
        values = {"person_id": context.person.id, "template_id": template, "accepted_at": context.now}
        append(context.session, Acceptance, **values)
    return Reply("", keep=True)


_POPUP = "subscribe_msg_popup_event"


def _ids(joined: str) -> list[str]:
    return [each for each in joined.split(",") if each]


@router.on(event("location", "view"))
def noted(_context: Context) -> Reply:
    """Stored with the inbound message; needs no reply."""
    return Reply("", keep=True)
