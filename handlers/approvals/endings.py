"""Endings by staff: 不受理 (with where to go instead), 解释 (can't be solved), 并 (merge two tickets)."""

import re

from sqlalchemy import update

from handlers.consultation.new_answer import offered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import no_longer, pick
from handlers.disclosure import policy as disclosure
from handlers.notifications import ticket_text
from handlers.notifications.audience import audience
from handlers.notifications.push_rules import Audience
from handlers.notifications.pushes import notify
from handlers.privacy.erasure import quoted
from handlers.tickets.access import acting, by_number, mover, reached, tickets
from handlers.tickets.clocks import run_on
from handlers.tickets.scope import TicketScope
from handlers.tickets.staff_complaints import shut_out
from handlers.tickets.unrouted import on_desk
from models import status_moves
from models.deferred_inserts import append
from models.follower import Follower
from models.person import OVERSEERS, Role
from models.status_moves import ACTIVE, CLOSE, NOTE, RESOLVE, Closing, Status
from models.ticket import Actor, Attachment, Ticket

router = Router("settling")
_CLERKS = frozenset({Role.GRID_STAFF}) | OVERSEERS
_ENDABLE = (Status.WORKING, Status.RESOLVED)
_TOLD = {
    Closing.EXPLAINED: ("close", "settling.explained"),
    Closing.NOT_OURS: ("not_ours", "settling.declined"),
}
_TWO_NUMBERS = re.compile(r"[#＃]?(\d{3,11})\s*(?:并?到|并?入|和|→|-|—|、|，|,)?\s*[#＃]?(\d{3,11})\s*(.*)", re.DOTALL)


DECLINE = Command(("不受理", "不予受理"), roles=_CLERKS, help="不受理 [工单号] 去哪办：不归我们管，告诉居民该找谁")
EXPLAIN = Command(
    ("解释", "解释说明"), roles=_CLERKS, help="解释 [工单号] 说明：办不到的，向居民说明后结案（不算解决）"
)
MERGE = Command(("并", "并单", "合并"), roles=_CLERKS, help="并 工单号 到 工单号：同一件事合成一张单")


@router.command(DECLINE)
def decline(context: Context) -> Reply:
    """Decline a ticket; the words must say where to go instead. A signed ticket is closed as 不属职责."""
    picked = pick(context, _reach(context), (*status_moves.DECLINE.sources, *_ENDABLE), DECLINE)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if ticket.red_flag:
        return Reply(context.say("settling.red_flag", number=ticket.number))
    if not words:
        return Reply(context.say("settling.where_to", number=ticket.number))
    if Status(ticket.status) in _ENDABLE:
        return _ended(context, ticket, words, Closing.NOT_OURS)
    by = mover(context.person, ticket, status_moves.DECLINE)
    if by is None or Status(ticket.status) not in status_moves.DECLINE.sources:
        return no_longer(context, ticket)
    ticket.answer = words
    ticket.apply(status_moves.DECLINE, by=by, at=context.now, note=words, closing=Closing.NOT_OURS)
    notify(context.session, context.town, ticket, "decline", context.now, but=context.person, reason=words)
    return Reply(context.say("settling.declined", number=ticket.number))


@router.command(EXPLAIN)
def explain(context: Context) -> Reply:
    """Close a ticket that can't be solved, with an explanation; it never counts as solved."""
    picked = pick(context, _reach(context), _ENDABLE, EXPLAIN)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if not words:
        return Reply(context.say("settling.explain_how", number=ticket.number))
    return _ended(context, ticket, words, Closing.EXPLAINED)


def _ended(context: Context, ticket: Ticket, words: str, closing: Closing) -> Reply:
    """Close with an explanation; a ticket that is not resolved yet is resolved first."""
    by, resolver = mover(context.person, ticket, CLOSE), mover(context.person, ticket, RESOLVE)
    if by is None or resolver is None or Status(ticket.status) not in _ENDABLE:
        return no_longer(context, ticket)
    if ticket.awaited:
        return Reply(context.say("settling.called_are_missing", number=ticket.number))
    ticket.answer = words
    if ticket.status == Status.WORKING:
        run_on(context, ticket)
        ticket.apply(RESOLVE, by=resolver, at=context.now, note=words)
    ticket.apply(CLOSE, by=by, at=context.now, note=words, closing=closing)
    what, said = _TOLD[closing]
    notify(context.session, context.town, ticket, what, context.now, but=context.person, reason=words)
    return offered(context, ticket, Reply(context.say(said, number=ticket.number)))


@router.command(MERGE)
def merge(context: Context) -> Reply:
    """Merge two tickets, which can't be undone: show both and ask for confirmation."""
    found = _TWO_NUMBERS.match(context.rest)
    if found is None:
        return Reply(context.say("settling.merge_how"))
    pair = [by_number(context.session, _reach(context), digits) for digits in found.groups()[:2]]
    if any(len(each) != 1 for each in pair):
        unknown = found[1] if len(pair[0]) != 1 else found[2]
        return Reply(context.say("picking.unknown_number", number=unknown), keep=True)
    (ticket,), (stays,) = pair
    if refusal := _may_not_merge(context, ticket, stays):
        return refusal
    lines = {
        "line": ticket_text.line(context.town, ticket, context.now, context.person),
        "into": ticket_text.line(context.town, stays, context.now, context.person),
    }
    slots = {"ticket": ticket.id, "stays": stays.id, "why": found[3].strip() or context.say("history.same_thing")}
    return Reply(context.say("settling.merge_sure", **lines), Asks.MERGE_SURE, slots)


@router.on(in_state(Asks.MERGE_SURE))
def merge_confirmed(context: Context) -> Reply | None:
    """1 merges: followers, words and photos move to the remaining ticket, and both sides are notified."""
    number = context.number
    if number is None:
        return None
    within_reach = tickets(_reach(context) & Ticket.id.in_([context.slots["ticket"], context.slots["stays"]]))
    found = {ticket.id: ticket for ticket in context.session.scalars(within_reach)}
    ticket, stays = found.get(context.slots["ticket"]), found.get(context.slots["stays"])
    if number == 1 or ticket is None or stays is None:
        return Reply(context.say("settling.not_merged"))
    if refusal := _may_not_merge(context, ticket, stays):
        return refusal
    by = acting(context.person, ticket, status_moves.MERGE)
    merge_into(context, ticket, stays, by, context.slots["why"])
    return Reply(context.say("settling.merged", number=ticket.number, into=stays.number))


def _may_not_merge(context: Context, ticket: Ticket, stays: Ticket) -> Reply | None:
    by = mover(context.person, ticket, status_moves.MERGE)
    if ticket.id == stays.id or by is None or Status(stays.status) not in ACTIVE:
        return Reply(context.say("settling.cannot_merge", number=ticket.number, into=stays.number))
    if Status(ticket.status) not in status_moves.MERGE.sources:
        return no_longer(context, ticket)
    if ticket.red_flag and not stays.red_flag:
        return Reply(context.say("settling.red_flag_stays", number=ticket.number))
    return None


def merge_into(context: Context, ticket: Ticket, stays: Ticket, by: Actor, why: str) -> None:
    """End one ticket in the other. Its clocks needn't be stopped, because timers skip ended tickets."""
    team = list(audience(context.session, context.town, ticket, Audience.TEAM, context.now))
    moved = _move_followers(context, ticket, stays)
    context.session.execute(update(Attachment).where(Attachment.ticket_id == ticket.id).values(ticket_id=stays.id))
    ticket.merged_into = stays.id
    ticket.apply(
        status_moves.MERGE, by=by, at=context.now, note=context.say("history.merged", into=stays.number, why=why)
    )
    shut_out(context, stays, disclosure.shut_out(context.town, ticket))
    stays.apply(NOTE, by=by, at=context.now, note=quoted(ticket, ticket.text))
    into, now = str(stays.number), context.now
    notify(context.session, context.town, ticket, "merge", now, but=context.person, named=team, into=into)
    notify(context.session, context.town, stays, "merged_in", now, but=context.person, note=ticket.text, count=moved)


def _move_followers(context: Context, ticket: Ticket, stays: Ticket) -> int:
    """Copy the followers with their words to the remaining ticket; the old rows stay as history."""
    there = set(context.session.scalars(stays.followers.select().with_only_columns(Follower.person_id)))
    came = [each for each in context.session.scalars(ticket.followers.select()) if each.person_id not in there]
    for each in came:
        words = each.text or (ticket.text if each.person_id == ticket.reporter_id else "")
        who = {"ticket_id": stays.id, "person_id": each.person_id}
        append(context.session, Follower, joined_at=each.joined_at, text=words, **who)
    stays.neighbours += len(came)
    return len(came)


def _reach(context: Context) -> TicketScope:
    return reached(context.person) | on_desk(context.person)
