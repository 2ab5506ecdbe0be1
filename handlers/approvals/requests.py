"""Requests to the next level (延期, 挂账, 权属异议): each is an Approval row with its approvers."""

from collections.abc import Sequence

from sqlalchemy import select

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.disclosure.policy import shut_out
from handlers.notifications import ticket_text
from handlers.notifications.audience import audience
from handlers.notifications.push_rules import Audience
from handlers.notifications.pushes import notify
from handlers.tickets.access import acting, mover
from handlers.tickets.change import Change
from handlers.tickets.clocks import set_timer
from handlers.town.routing import level_above
from handlers.world.rosters import reach_of
from handlers.world.staff import Colleague
from models.approval import Approval, Approver, Wish
from models.calendar import Span, Unit
from models.grid import Level
from models.person import Person
from models.status_moves import EXTEND, NOTE, REASSIGN, SUSPEND, Move, Status
from models.ticket import Ticket

WAITS = "approval_waits"


_MOVES = {Wish.EXTEND: EXTEND, Wish.SUSPEND: SUSPEND, Wish.CONTEST: REASSIGN}


NAMES = {Wish.EXTEND: "延期", Wish.SUSPEND: "挂账", Wish.CONTEST: "权属异议"}


_PATIENCE = Span(4, Unit.WORK_HOUR)
"""Without an answer within this, the approvers are reminded and supervisors notified"""


def wish(context: Context, ticket: Ticket, kind: Wish, reason: str) -> Approval:
    """A new request by this person, not sent yet."""
    return Approval(
        ticket_id=ticket.id,
        wish=kind.value,
        team=ticket.team,
        reason=reason,
        asked_by=context.person.id,
        asked_at=context.now,
    )


def request(context: Context, ticket: Ticket, approval: Approval) -> Reply:
    """Send a request to the next level, unless the same one is open."""
    kind = Wish(approval.wish)
    if open_wish(context, ticket, kind):
        return Reply(context.say("approving.asked_already", number=ticket.number, wish=NAMES[kind]))
    asked = approvers_of(context, ticket, context.person, _MOVES[kind])
    if not asked:
        return Reply(context.say("approving.nobody", number=ticket.number))
    approval.approvers = [Approver(person_id=person.id) for person in asked]
    context.session.add(approval)
    context.session.flush()
    by = acting(context.person, ticket, NOTE)
    much, reason = how_much(context, approval), approval.reason
    note = context.say("history.requested", wish=NAMES[kind], much=much, reason=reason)
    ticket.apply(NOTE, by=by, at=context.now, note=note)
    _put(context, ticket, approval, asked)
    set_timer(context, WAITS, ticket, context.town.calendar.due(context.now, _PATIENCE))
    return Reply(context.say("approving.asked", number=ticket.number, wish=NAMES[kind]))


def approvers_of(context: Context, ticket: Ticket, asking: Person, move: Move) -> Sequence[Colleague]:
    """The members of the nearest higher team who may decide, else supervisors. Nobody decides their own request."""

    def may(person: Colleague) -> bool:
        return bool(person.openid) and person.id != asking.id and mover(person, ticket, move) is not None

    level, team = Level(ticket.level), ticket.team
    out = shut_out(context.town, ticket)
    while above := level_above(context.town.world, ticket.grid, level, team, out):
        people = context.town.staff.members([above.team.code], reach_of(ticket))
        if asked := [person for person in people if may(person)]:
            return asked
        level = above.level
    overseers = audience(context.session, context.town, ticket, Audience.SUPERVISORS, context.now)
    return [person for person in overseers if may(person)]


def open_wish(change: Change, ticket: Ticket, kind: Wish | None = None) -> list[Approval]:
    """A ticket's open requests; those that the ticket has outrun are marked as decided."""
    undecided = select(Approval).where(Approval.ticket_id == ticket.id, Approval.decided_at.is_(None))
    found = list(change.session.scalars(undecided.where(Approval.wish == kind.value) if kind else undecided))
    for approval in found:
        if is_void(approval, ticket):
            approval.decided_at = change.now
    return [approval for approval in found if not approval.decided_at]


def granted(change: Change, ticket: Ticket, kind: Wish) -> list[Approval]:
    """The granted requests of a ticket."""
    found = (Approval.ticket_id == ticket.id) & (Approval.wish == kind.value) & Approval.granted.is_(True)
    return list(change.session.scalars(select(Approval).where(found).order_by(Approval.id)))


def remind(change: Change, ticket: Ticket) -> None:
    """Nobody has decided in time: remind the approvers, and ask the supervisors too."""
    for approval in open_wish(change, ticket):
        asked = change.session.scalars(select(Person).join(Approver).where(Approver.approval_id == approval.id))
        supervisors = audience(change.session, change.town, ticket, Audience.SUPERVISORS, change.now)
        everybody = {person.id: person for person in (*asked, *supervisors) if person.id != approval.asked_by}
        known = {approver.person_id for approver in approval.approvers}
        approval.approvers += [Approver(person_id=person) for person in everybody if person not in known]
        _put(change, ticket, approval, list(everybody.values()), what="approval_waits")


def how_much(change: Change, approval: Approval) -> str:
    return approval.span or change.town.say("approving.until", day=ticket_text.moment(approval.until, change.now))


def _put(
    change: Change, ticket: Ticket, approval: Approval, asked: Sequence[Colleague], what: str = "approval_asked"
) -> None:
    session, town, much = change.session, change.town, how_much(change, approval)
    wished = NAMES[Wish(approval.wish)]
    notify(session, town, ticket, what, change.now, named=asked, wish=wished, much=much, reason=approval.reason)


def is_void(approval: Approval, ticket: Ticket) -> bool:
    """Whether the ticket has another team or status, so that the request is obsolete."""
    return ticket.team != approval.team or Status(ticket.status) not in _MOVES[Wish(approval.wish)].sources
