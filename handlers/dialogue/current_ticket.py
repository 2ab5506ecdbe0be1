"""A person's current ticket: the last one that they opened, signed for or were notified of."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Select, bindparam, func, select, union_all

from handlers.dialogue.context import Context
from handlers.dialogue.states import Asks
from handlers.tickets.access import standing, tickets, worked
from handlers.tickets.scope import Scope
from models.person import Look
from models.push import last_push_to, last_told
from models.status_moves import Status
from models.ticket import Ticket

_MOST = 8
_SIGNED = (Status.WORKING, Status.RESOLVED)

_PERSON: BindParameter[int] = bindparam("person")
_TOLD = last_push_to(_PERSON)
_SEEN = select(Look.at, Look.ticket_id).where(Look.person_id == _PERSON).order_by(Look.id.desc()).limit(1).subquery()
_BEGUN = func.coalesce(Ticket.accepted_at, Ticket.created_at).label("at")


def _signed_by(statuses: tuple[Status, ...]) -> Select[Ticket]:
    """Tickets that the person has signed for, the latest first."""
    mine = tickets(Ticket.assignee_id == _PERSON, statuses)
    return mine.order_by(None).order_by(Ticket.accepted_at.desc(), Ticket.id.desc())


_AT_WORK = _signed_by((Status.WORKING,)).limit(_MOST)
_TOUCHED = union_all(
    # a ticket that was only looked at counts for a short time
    select(_SEEN).where(_SEEN.c.ticket_id.is_not(None), _SEEN.c.at >= bindparam("seen_since")),
    select(_signed_by(_SIGNED).with_only_columns(_BEGUN, Ticket.id).limit(1).subquery()),
    select(_TOLD.subquery()),
)
"""Time and ticket id: last looked at, last signed for, last notified of"""


def current_tickets(context: Context, since: datetime | None = None) -> list[int]:
    """Tickets that a command without a number may mean, the likeliest first.

    At the same time, a person's own action counts before a notification to them.
    """
    if not (context.person.is_staff or context.person.is_overseer):
        last = last_told(context.session, context.person.id)
        return [last] if last else []
    seen_since = context.now - timedelta(minutes=context.town.habits.question_minutes)
    rows = context.session.execute(_TOUCHED, {"person": context.person.id, "seen_since": seen_since})
    found = sorted(rows, key=lambda each: each[0], reverse=True)
    return list(dict.fromkeys(ticket for at, ticket in found if since is None or at >= since))


def just_told(context: Context, among: Sequence[Ticket]) -> Ticket | None:
    """The one of these that the resident was notified of within the last `recent_minutes`."""
    since = context.now - timedelta(minutes=context.town.habits.recent_minutes)
    at, last = context.session.execute(_TOLD, {"person": context.person.id}).one_or_none() or (None, None)
    return next((each for each in among if at and at >= since and each.id == last), None)


def held(context: Context, scope: Scope, statuses: tuple[Status, ...], since: datetime | None = None) -> Ticket | None:
    """The likeliest current ticket that is in the scope and has one of these statuses."""
    ids = current_tickets(context, since)
    fitting = standing(scope, statuses)
    found = {ticket.id: ticket for ticket in context.session.scalars(fitting, {"ids": ids})} if ids else {}
    return next((found[each] for each in ids if each in found), None)


def signed(context: Context) -> list[Ticket]:
    """Tickets in work that this person has signed for."""
    return list(context.session.scalars(_AT_WORK, {"person": context.person.id}))


def at_work(context: Context) -> Ticket | None:
    """The ticket that a photo by staff belongs to: the last they signed for, or were just notified of.

    None while they are reporting something themselves.
    """
    if not context.person.is_staff or context.state.startswith(("filing.", "patrolling.")):
        return None
    asked = context.slots.get("ticket") if context.state == Asks.WORK_WORDS else None
    mine = worked(context.person)
    if asked:
        return context.session.scalar(tickets(mine & (Ticket.id == asked)))
    if not context.nothing_asked:
        return None
    if signed_for := signed(context):
        return signed_for[0]
    since = context.now - timedelta(minutes=context.town.habits.recent_minutes)
    return held(context, mine, (Status.DISPATCHED, Status.RESOLVED), since)
