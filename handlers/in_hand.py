"""Which ticket somebody has in hand: the one that they opened, signed for or were told of last."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select

from handlers.access import tickets, worked
from handlers.dialogue import Context
from models.moves import Status
from models.person import Look
from models.push import Push, last_told
from models.ticket import Ticket

WORDS_WANTED = "working.reason"
"""The state of whoever gave a command and not yet the words that it needs"""
_MOST = 8
_SIGNED = (Status.WORKING, Status.RESOLVED)


def in_hand(context: Context, since: datetime | None = None) -> list[int]:
    """Tickets that a command without a number may mean, the likeliest first.

    What somebody did themselves goes before what they were told at the same moment.
    """
    if not (context.person.is_staff or context.person.is_overseer):
        last = last_told(context.session, context.person.id)
        return [last] if last else []
    found = sorted(_touched(context), key=lambda each: each[0], reverse=True)
    return list(dict.fromkeys(ticket for at, ticket in found if since is None or at >= since))


def held(
    context: Context, scope: ColumnElement[bool], statuses: tuple[Status, ...], since: datetime | None = None
) -> Ticket | None:
    """The first of them that is in a scope and stands so."""
    found = (context.session.scalar(tickets(scope & (Ticket.id == each), statuses)) for each in in_hand(context, since))
    return next(filter(None, found), None)


def signed_by(context: Context, statuses: tuple[Status, ...] = _SIGNED) -> Select[Ticket]:
    """What this person has signed for and is not ended, the latest first."""
    mine = tickets(Ticket.assignee_id == context.person.id, statuses)
    return mine.order_by(None).order_by(Ticket.accepted_at.desc(), Ticket.id.desc())


def signed(context: Context) -> list[Ticket]:
    """What this person has signed for and is working on."""
    return list(context.session.scalars(signed_by(context, (Status.WORKING,)).limit(_MOST)))


def at_work(context: Context) -> Ticket | None:
    """What a photo is of that somebody takes on their round: what they signed for last, or were just told of.

    Not while they are reporting something themselves.
    """
    if not context.person.is_staff or context.state.startswith(("filing.", "patrolling.")):
        return None
    asked = context.slots.get("ticket") if context.state == WORDS_WANTED else None
    mine = worked(context.person)
    if asked:
        return context.session.scalar(tickets(mine & (Ticket.id == asked)))
    if context.state:
        return None
    if signed_for := context.session.scalar(signed_by(context, (Status.WORKING,)).limit(1)):
        return signed_for
    since = context.now - timedelta(minutes=context.town.habits.recent_minutes)
    return held(context, mine, (Status.DISPATCHED, Status.RESOLVED), since)


def _touched(context: Context) -> Iterator[tuple[datetime, int]]:
    session, person = context.session, context.person.id
    since = context.now - timedelta(minutes=context.town.habits.question_minutes)
    looks = select(Look.at, Look.ticket_id).where(Look.person_id == person).order_by(Look.id.desc()).limit(1)
    for at, ticket in session.execute(looks):
        if ticket and at >= since:  # what was only looked at is soon forgotten
            yield at, ticket
    if signed := session.scalar(signed_by(context).limit(1)):
        yield signed.accepted_at or signed.created_at, signed.id
    about = (Push.person_id == person) & Push.ticket_id.is_not(None)
    told = select(Push.created_at, Push.ticket_id).where(about).order_by(Push.id.desc()).limit(1)
    yield from ((at, ticket) for at, ticket in session.execute(told) if ticket)
