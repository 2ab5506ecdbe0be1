"""Commands about calls: 放 releases a called team, 点名 shows who came, 吹哨排行 ranks teams by lateness."""

from datetime import timedelta

from sqlalchemy import select

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import pick, split_reference
from handlers.figures.call_counts import Attendance, attendance
from handlers.figures.days import days_back
from handlers.notifications import ticket_text
from handlers.tickets.access import actor, called, overseen, overseer, reached
from handlers.tickets.scope import Scope
from handlers.whistle import calls as rollcall
from models.person import OVERSEERS, STAFF, Person
from models.status_moves import RELEASE
from models.supporting_teams import Support, by_whistle
from models.ticket import Actor, Ticket

router = Router("attending")
_LISTED = 12


LET_GO = Command(("放", "放行"), roles=STAFF | OVERSEERS, help="放 [工单号] 单位：吹哨叫来的这家可以撤了")
ROLL_CALL = Command(
    ("点名",),
    roles=STAFF | OVERSEERS,
    only_asks=True,
    help="点名 [工单号]：吹哨叫了谁，谁到了，谁迟到",
    wants_words=False,
)
CALL_RANKING = Command(("吹哨排行", "报到排行"), roles=OVERSEERS, only_asks=True, help="吹哨排行：近30天各单位报到快慢")


@router.command(LET_GO)
def let_go(context: Context) -> Reply:
    """Release a called team. Allowed: the caller, the team in charge and supervisors."""
    picked = pick(context, _whistled(context, awaited=True), tuple(RELEASE.sources), LET_GO)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    open_calls = [call for call in ticket.support if call.is_awaited]
    wanted = [call for call in open_calls if words in ticket_text.team_name(context.town, call.team)]
    if not wanted:
        return Reply(
            context.say(
                "whistle.nobody_to_release", number=ticket.number, words=words or context.say("whistle.all_teams")
            )
        )
    if not all(_may_release(context.person, ticket, call) for call in wanted):
        return Reply(context.say("whistle.not_yours_to_release", number=ticket.number))
    if len(wanted) == 1:
        return _released(context, ticket, wanted[0])
    names = numbered([ticket_text.team_name(context.town, call.team) for call in wanted])
    slots = {"ticket": ticket.id, "calls": [call.id for call in wanted]}
    return Reply(context.say("whistle.release_which", number=ticket.number, choices=names), Asks.RELEASED, slots)


@router.on(in_state(Asks.RELEASED))
def release_chosen(context: Context) -> Reply | None:
    """The answer which of the called teams to release."""
    ids: list[int] = context.slots["calls"]
    number, ticket = context.number, rollcall.ticket_asked_of(context)
    if number is None or ticket is None:
        return None
    call = next((each for each in ticket.awaited if each.id == ids[number]), None)
    if call is None or not _may_release(context.person, ticket, call):
        return Reply(
            context.say("whistle.nobody_to_release", number=ticket.number, words=context.say("whistle.this_team"))
        )
    return _released(context, ticket, call)


@router.command(ROLL_CALL)
def roll_call(context: Context) -> Reply:
    """Show the called teams: who came, who is late, who has finished."""
    picked = pick(context, _whistled(context), (), ROLL_CALL)
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    lines = rollcall.lines(context.town, ticket, context.now)
    if not lines:
        return Reply(context.say("whistle.nobody_called", number=ticket.number), keep=True)
    reasons = dict.fromkeys(call.reason for call in ticket.support if call.is_call)
    values = {"lines": "\n".join(lines), "reason": "；".join(reasons), "rest": rollcall.rest(context, ticket)}
    return Reply(context.say("whistle.roll_call", number=ticket.number, **values), keep=True)


@router.command(CALL_RANKING)
def ranking(context: Context) -> Reply:
    """Teams of the last 30 days, the most often late first."""
    since = days_back(context.now, 30)
    rows = attendance(context.session, overseen(context.person), since, context.now + timedelta(seconds=1))
    lines = "\n".join(_attendance_line(context, row) for row in rows[:_LISTED])
    lines += context.say("whistle.ranking_more", count=len(rows), shown=_LISTED) if len(rows) > _LISTED else ""
    key = "whistle.ranking" if lines else "whistle.never_blown"
    return Reply(context.say(key, lines=lines), keep=True)


def _attendance_line(context: Context, row: Attendance) -> str:
    came = row.minutes is not None
    average = context.say("whistle.ranking_average", minutes=f"{row.minutes:.0f}") if came else ""
    values = {"called": row.called, "late": row.late, "missing": row.missing, "average": average}
    return context.say("whistle.ranking_line", team=ticket_text.team_name(context.town, row.team), **values)


def _released(context: Context, ticket: Ticket, call: Support) -> Reply:
    return rollcall.release(context, ticket, call, _acting(context.person, ticket))


def _whistled(context: Context, *, awaited: bool = False) -> Scope:
    """Without a number, open tickets with a whistle; with one, any ticket in the person's scope."""
    reach = reached(context.person) if awaited else reached(context.person) | called(context.person)
    if split_reference(context.rest)[0]:
        return reach
    calls = select(Support.ticket_id).where(by_whistle(), Support.ended_at.is_(None))
    if awaited:
        calls = calls.where(Support.finished_at.is_(None), Support.released_at.is_(None))
    return reach & Ticket.id.in_(calls)


def _may_release(person: Person, ticket: Ticket, call: Support) -> bool:
    return person.is_overseer or person.id == call.called_by or (person.team is not None and person.team == ticket.team)


def _acting(person: Person, ticket: Ticket) -> Actor:
    return overseer(person) if person.is_overseer else actor(person, ticket)
