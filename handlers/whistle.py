"""社区吹哨、部门报到: a community or street calls teams to a ticket; 放 lets one go, 点名 shows who came."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement

from handlers import rollcall, shown
from handlers.access import actor, called, overseen, overseer, tickets, worked
from handlers.call_figures import Attendance, attendance
from handlers.choosing import chosen, numbered
from handlers.dialogue import Context, Reply, Router, in_state
from handlers.figures import day_start
from handlers.picking import pick
from handlers.whistle_rules import GROUND_NAMES, ground_of
from handlers.world import TeamNode
from models.grid import Level
from models.moves import RELEASE, WHISTLE, Status
from models.person import OVERSEERS, STAFF, Person, Role
from models.support import Ground, Support
from models.ticket import Actor, Ticket

router = Router("whistle")
TEAMS, REASON, GROUND, RELEASED = (f"whistle.{name}" for name in ("teams", "reason", "ground", "released"))
_MAY_CALL = frozenset({Role.GRID_STAFF}) | OVERSEERS
_BETWEEN = re.compile(r"[\s、，,;；]+")
_GROUNDS = tuple(Ground)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a whistle that isn't blown yet; lives in the conversation between two questions."""

    ticket: int
    teams: tuple[str, ...] = ()
    reason: str = ""
    ground: str = ""

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> "Plan":
        return cls(slots["ticket"], tuple(slots["teams"]), slots["reason"], slots["ground"])


@router.command("吹哨", roles=_MAY_CALL, help="吹哨 [工单号] 单位 单位 理由：叫几家单位来，限时报到")
def whistle(context: Context) -> Reply:
    """Call teams, all in one line or asked step by step."""
    if not _may_call(context):
        return Reply(context.say("whistle.not_at_this_level"))
    picked = pick(context, _reach(context.person), tuple(WHISTLE.sources), "吹哨")
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    if Status(ticket.status) not in WHISTLE.sources:
        return Reply(context.say("working.already", line=shown.line(context.town, ticket, context.now)))
    teams, reason = _split(context, ticket, words)
    ground = ground_of(reason)
    plan = Plan(ticket.id, teams, reason, ground.value if ground else "")
    return _go_on(context, ticket, plan, unknown="" if teams else reason)


@router.on(in_state(TEAMS))
def teams_told(context: Context) -> Reply | None:
    """Which teams; a reason may follow their names."""
    ticket = _planned(context)
    if ticket is None:
        return None
    teams, reason = _split(context, ticket, context.text)
    if not teams:
        return _go_on(context, ticket, Plan.of(context.slots), unknown=context.text)
    plan = replace(Plan.of(context.slots), teams=teams)
    return _reasoned(context, ticket, plan, reason) if reason else _go_on(context, ticket, plan)


@router.on(in_state(REASON))
def reason_told(context: Context) -> Reply | None:
    """Why they are called."""
    ticket = _planned(context)
    return _reasoned(context, ticket, Plan.of(context.slots), context.text) if ticket else None


@router.on(in_state(GROUND))
def ground_told(context: Context) -> Reply | None:
    """On which of the three grounds: a number, or words."""
    ticket, number = _planned(context), chosen(context.text, len(_GROUNDS))
    ground = _GROUNDS[number] if number is not None else ground_of(context.text)
    if ticket is None or ground is None:
        return None
    return _go_on(context, ticket, replace(Plan.of(context.slots), ground=ground.value))


@router.command("放", "放行", roles=STAFF | OVERSEERS, help="放 [工单号] 单位：吹哨叫来的这家可以撤了")
def let_go(context: Context) -> Reply:
    """Release a called team; whoever called it, the team in charge, or a supervisor may."""
    picked = pick(context, _reach(context.person), tuple(RELEASE.sources), "放")
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    open_calls = [call for call in ticket.support if call.is_awaited]
    wanted = [call for call in open_calls if words in shown.team_name(context.town, call.team)]
    if not wanted:
        return Reply(context.say("whistle.nobody_to_release", number=ticket.number, words=words or "各单位"))
    if not all(_may_release(context.person, ticket, call) for call in wanted):
        return Reply(context.say("whistle.not_yours_to_release", number=ticket.number))
    if len(wanted) == 1:
        return _released(context, ticket, wanted[0])
    names = numbered([shown.team_name(context.town, call.team) for call in wanted])
    slots = {"ticket": ticket.id, "calls": [call.id for call in wanted]}
    return Reply(context.say("whistle.release_which", number=ticket.number, choices=names), RELEASED, slots)


@router.on(in_state(RELEASED))
def release_chosen(context: Context) -> Reply | None:
    """Which of the called teams."""
    ids: list[int] = context.slots["calls"]
    number, ticket = chosen(context.text, len(ids)), _planned(context)
    if number is None or ticket is None:
        return None
    call = next((each for each in ticket.awaited if each.id == ids[number]), None)
    if call is None or not _may_release(context.person, ticket, call):
        return Reply(context.say("whistle.nobody_to_release", number=ticket.number, words="这家"))
    return _released(context, ticket, call)


@router.command("点名", roles=STAFF | OVERSEERS, help="点名 [工单号]：吹哨叫了谁，谁到了，谁迟到")
def roll_call(context: Context) -> Reply:
    """Who was called, came, is late, has finished."""
    picked = pick(context, _reach(context.person) | called(context.person), (), "点名")
    if isinstance(picked, Reply):
        return picked
    ticket, _ = picked
    lines = rollcall.lines(context.town, ticket, context.now)
    if not lines:
        return Reply(context.say("whistle.nobody_called", number=ticket.number), keep=True)
    reasons = dict.fromkeys(call.reason for call in ticket.support if call.is_call)
    values = {"lines": "\n".join(lines), "reason": "；".join(reasons), "rest": rollcall.rest(context, ticket)}
    return Reply(context.say("whistle.roll_call", number=ticket.number, **values), keep=True)


@router.command("吹哨排行", "报到排行", roles=OVERSEERS, help="吹哨排行：近30天各单位报到快慢")
def ranking(context: Context) -> Reply:
    """Who comes late when called, the most often late first."""
    since = day_start(context.now) - timedelta(days=30)
    rows = attendance(context.session, overseen(context.person), since, context.now + timedelta(seconds=1))[:12]
    lines = "\n".join(_attendance_line(context, row) for row in rows)
    key = "whistle.ranking" if lines else "whistle.never_blown"
    return Reply(context.say(key, lines=lines), keep=True)


def _attendance_line(context: Context, row: Attendance) -> str:
    minutes = "—" if row.minutes is None else f"{row.minutes:.0f}分钟"
    values = {"called": row.called, "late": row.late, "missing": row.missing, "minutes": minutes}
    return context.say("whistle.ranking_line", team=shown.team_name(context.town, row.team), **values)


def _go_on(context: Context, ticket: Ticket, plan: Plan, unknown: str = "") -> Reply:
    """Ask the one thing that is missing, or blow."""
    if not plan.teams:
        key = "whistle.which_unknown" if unknown else "whistle.which_teams"
        return Reply(
            context.say(key, number=ticket.number, words=unknown[:20]), TEAMS, asdict(replace(plan, reason=""))
        )
    if not plan.reason:
        return Reply(context.say("whistle.why", number=ticket.number), REASON, asdict(plan))
    if not plan.ground:
        choices = numbered([GROUND_NAMES[ground] for ground in _GROUNDS])
        return Reply(context.say("whistle.which_ground", choices=choices), GROUND, asdict(plan))
    if Status(ticket.status) not in WHISTLE.sources:
        return Reply(context.say("working.already", line=shown.line(context.town, ticket, context.now)))
    teams = [context.town.world.teams[code] for code in plan.teams if code in context.town.world.teams]
    caller = context.person
    by = overseer(caller) if caller.is_overseer else Actor(Role.GRID_STAFF, caller.id, caller.name)
    due = rollcall.blow(context, ticket, teams, Ground(plan.ground), plan.reason, by)
    values = {"teams": "、".join(team.name for team in teams), "until": shown.moment(due, context.now)}
    return Reply(context.say("whistle.blown", number=ticket.number, ground=GROUND_NAMES[Ground(plan.ground)], **values))


def _reasoned(context: Context, ticket: Ticket, plan: Plan, reason: str) -> Reply:
    ground = ground_of(reason)
    return _go_on(context, ticket, replace(plan, reason=reason, ground=ground.value if ground else plan.ground))


def _split(context: Context, ticket: Ticket, words: str) -> tuple[tuple[str, ...], str]:
    """「城管、供电 线杆要倒」 → the teams that the first words name, and the reason that the rest is."""
    known: list[str] = []
    rest = words.strip()
    while rest and (team := _team_meant(context, ticket, _BETWEEN.split(rest, maxsplit=1)[0])):
        known.append(team.code)
        rest = "".join(_BETWEEN.split(rest, maxsplit=1)[1:])
    return tuple(dict.fromkeys(known)), rest


def _team_meant(context: Context, ticket: Ticket, words: str) -> TeamNode | None:
    """A team that can be called: not the one in charge, not one that is called already."""
    team = context.town.world.team_named(words, ticket.grid) if len(words) > 1 else None
    taken = {ticket.team, *(call.team for call in ticket.awaited)}
    return team if team and team.code not in taken else None


def _planned(context: Context) -> Ticket | None:
    """The ticket of the open question, where this person may still call teams to it."""
    return context.session.scalar(tickets(_reach(context.person) & (Ticket.id == context.slots["ticket"])))


def _released(context: Context, ticket: Ticket, call: Support) -> Reply:
    return rollcall.release(context, ticket, call, _acting(context.person, ticket))


def _reach(person: Person) -> ColumnElement[bool]:
    return worked(person) | overseen(person)


def _may_call(context: Context) -> bool:
    """Communities, streets and whoever oversees; a grid or a property company reports upwards instead."""
    if context.person.is_overseer:
        return True
    grid = context.town.world.grids.get(context.person.grid or "")
    return grid is not None and grid.level.rank >= Level.COMMUNITY.rank


def _may_release(person: Person, ticket: Ticket, call: Support) -> bool:
    return person.is_overseer or person.id == call.called_by or (person.team is not None and person.team == ticket.team)


def _acting(person: Person, ticket: Ticket) -> Actor:
    return overseer(person) if person.is_overseer else actor(person, ticket)
