"""权属 of a ticket: shown to its readers, contested once by its team (异议), decided by the level above."""

from handlers.approvals import requests
from handlers.dialogue.command import Command, Shield
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick
from handlers.disclosure.policy import shut_out
from handlers.notifications import ticket_text
from handlers.notifications.pushes import notify
from handlers.tickets.access import followed, mover, overseen, tickets, worked
from handlers.tickets.clocks import restart_accept_clock
from handlers.tickets.duty_card import card_of, contest_of, duty_line
from handlers.tickets.filing import give_to, watch
from handlers.town.routing import level_above, own_route
from models.approval import Approval, Wish
from models.grid import Level
from models.person import STAFF, Role
from models.status_moves import REASSIGN, Status
from models.ticket import Ticket

router = Router("contesting")
_HELD = (Status.DISPATCHED, Status.WORKING)


DUTY = Command(("权属", "谁负责"), roles=frozenset((Role.RESIDENT,)), help="权属 工单号：这件事该归谁负责，依据哪一条")
CONTEST = Command(
    ("异议",), roles=STAFF, help="异议 [工单号] 理由：权属列得不对，请上一级裁定（一张单一次）", shield=Shield.IN_CHARGE
)


@router.command(DUTY)
def show_card(context: Context) -> Reply:
    """Show the duty card to anyone who may see the ticket."""
    scope = worked(context.person) | followed(context.person) | overseen(context.person)
    picked = pick(context, scope, (), DUTY)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    line = duty_line(context, ticket).strip() or context.say("contesting.no_card")
    return Reply(context.say("contesting.card", number=ticket.number, line=line), keep=True)


@router.command(CONTEST)
def contest(context: Context) -> Reply:
    """The team contests the duty card; the request goes to the level above."""
    picked = pick(context, worked(context.person), _HELD, CONTEST)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if Status(ticket.status) not in _HELD or ticket.team != context.person.team:
        return Reply(
            context.say("contesting.not_now", line=ticket_text.line(context.town, ticket, context.now, context.person))
        )
    if not words:
        return Reply(context.say("contesting.why", number=ticket.number), Asks.CONTEST_WHY, {"ticket": ticket.id})
    return _put(context, ticket, words)


@router.on(in_state(Asks.CONTEST_WHY))
def why_told(context: Context) -> Reply | None:
    """The reason that we asked for after the command."""
    scope = worked(context.person) & (Ticket.id == context.slots["ticket"])
    ticket = context.session.scalar(tickets(scope, _HELD))
    return _put(context, ticket, context.text) if ticket and ticket.team == context.person.team else None


def _put(context: Context, ticket: Ticket, reason: str) -> Reply:
    if contest_of(context, ticket):
        return Reply(context.say("contesting.once", number=ticket.number, line=duty_line(context, ticket).strip()))
    card = card_of(context, ticket) or context.say("contesting.no_card")
    asked = Approval(
        ticket_id=ticket.id,
        wish=Wish.CONTEST.value,
        asked_by=context.person.id,
        asked_at=context.now,
        team=ticket.team,
        reason=reason,
        span=f"（{card}）",
    )
    return requests.request(context, ticket, asked)


def upheld(context: Context, approval: Approval, ticket: Ticket) -> None:
    """The contest was granted: the community gets the ticket and finds the right team."""
    world, why = context.town.world, context.say("history.contest_upheld", reason=approval.reason)
    arbiter = own_route(world, ticket.grid, Level.COMMUNITY)
    out = shut_out(context.town, ticket)
    if arbiter is None or arbiter.team.code == ticket.team or arbiter.team.kind in out:
        arbiter = level_above(world, ticket.grid, Level(ticket.level), ticket.team, out)
    by = mover(context.person, ticket, REASSIGN)
    if arbiter is None or by is None:
        return
    give_to(context, ticket, arbiter)
    ticket.rule = why
    ticket.apply(REASSIGN, by=by, at=context.now, note=why)
    restart_accept_clock(context, ticket)
    watch(context, ticket)
    notify(context.session, context.town, ticket, "reassign", context.now, but=context.person, reason=why)
