"""社区吹哨、部门报到: a community or street calls teams to a ticket, by one command or step by step."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.dialogue.which_ticket import no_longer, pick
from handlers.notifications import ticket_text
from handlers.tickets.access import overseer, reached
from handlers.town.whistle_rules import GROUND_NAMES, ground_of
from handlers.whistle import calls
from handlers.world.nodes import TeamNode
from models.grid import Level
from models.person import OVERSEERS, Role
from models.status_moves import WHISTLE, Status
from models.supporting_teams import Ground
from models.ticket import Actor, Ticket

router = Router("whistle")
_MAY_CALL = frozenset({Role.GRID_STAFF}) | OVERSEERS
_BETWEEN = re.compile(r"[\s、，,;；]+")
_GROUNDS = tuple(Ground)


@dataclass(frozen=True, slots=True)
class Plan:
    """A whistle that isn't blown yet; stored in the open question's slots."""

    ticket: int
    teams: tuple[str, ...] = ()
    reason: str = ""
    ground: str = ""

    @classmethod
    def of(cls, slots: Mapping[str, Any]) -> "Plan":
        return cls(slots["ticket"], tuple(slots["teams"]), slots["reason"], slots["ground"])


BLOW = Command(("吹哨",), roles=_MAY_CALL, help="吹哨 [工单号] 单位 单位 理由：叫几家单位来，限时报到")


@router.command(BLOW)
def whistle(context: Context) -> Reply:
    """Call teams; asks for what the command leaves out."""
    if not _may_call(context):
        return Reply(context.say("whistle.not_at_this_level"))
    picked = pick(context, reached(context.person), tuple(WHISTLE.sources), BLOW)
    if isinstance(picked, Reply):
        return picked
    ticket, words = picked
    teams, reason = _split(context, ticket, words)
    ground = ground_of(reason)
    plan = Plan(ticket.id, teams, reason, ground.value if ground else "")
    return _go_on(context, ticket, plan, unknown="" if teams else words)


@router.on(in_state(Asks.WHISTLE_TEAMS))
def teams_told(context: Context) -> Reply | None:
    """The answer which teams to call; a reason may follow their names."""
    ticket = calls.ticket_asked_of(context)
    if ticket is None:
        return None
    teams, reason = _split(context, ticket, context.text)
    if not teams:
        return _go_on(context, ticket, Plan.of(context.slots), unknown=context.text)
    plan = replace(Plan.of(context.slots), teams=teams)
    return _reasoned(context, ticket, plan, reason) if reason else _go_on(context, ticket, plan)


@router.on(in_state(Asks.WHISTLE_REASON))
def reason_told(context: Context) -> Reply | None:
    """The answer why the teams are called."""
    ticket = calls.ticket_asked_of(context)
    return _reasoned(context, ticket, Plan.of(context.slots), context.text) if ticket else None


@router.on(in_state(Asks.WHISTLE_GROUND))
def ground_told(context: Context) -> Reply | None:
    """The answer on which of the three grounds: a number, or words."""
    ticket, number = calls.ticket_asked_of(context), context.number
    ground = _GROUNDS[number] if number is not None else ground_of(context.text)
    if ticket is None or ground is None:
        return None
    return _go_on(context, ticket, replace(Plan.of(context.slots), ground=ground.value))


def _go_on(context: Context, ticket: Ticket, plan: Plan, unknown: str = "") -> Reply:
    """Ask for the next missing fact, or blow the whistle."""
    if not plan.teams:
        key = "whistle.which_unknown" if unknown else "whistle.which_teams"
        return Reply(
            context.say(key, number=ticket.number, words=unknown[:20]),
            Asks.WHISTLE_TEAMS,
            asdict(replace(plan, reason="")),
        )
    if not plan.reason:
        return Reply(context.say("whistle.why", number=ticket.number), Asks.WHISTLE_REASON, asdict(plan))
    if not plan.ground:
        choices = numbered([GROUND_NAMES[ground] for ground in _GROUNDS])
        return Reply(context.say("whistle.which_ground", choices=choices), Asks.WHISTLE_GROUND, asdict(plan))
    if Status(ticket.status) not in WHISTLE.sources:
        return no_longer(context, ticket)
    teams = [context.town.world.teams[code] for code in plan.teams if code in context.town.world.teams]
    caller = context.person
    by = overseer(caller) if caller.is_overseer else Actor(Role.GRID_STAFF, caller.id, caller.name)
    due = calls.blow(context, ticket, teams, Ground(plan.ground), plan.reason, by)
    values = {"teams": "、".join(team.name for team in teams), "until": ticket_text.moment(due, context.now)}
    return Reply(context.say("whistle.blown", number=ticket.number, ground=GROUND_NAMES[Ground(plan.ground)], **values))


def _reasoned(context: Context, ticket: Ticket, plan: Plan, reason: str) -> Reply:
    ground = ground_of(reason)
    return _go_on(context, ticket, replace(plan, reason=reason, ground=ground.value if ground else plan.ground))


def _split(context: Context, ticket: Ticket, words: str) -> tuple[tuple[str, ...], str]:
    """「城管、供电 线杆要倒」 → the teams named by the first words, and the rest as the reason.

    Teams that are in charge or already called are skipped.
    """
    known: list[str] = []
    rest = words.strip()
    at_it = {ticket.team, *(call.team for call in ticket.awaited)}
    while rest and (team := _team_meant(context, ticket, _BETWEEN.split(rest, maxsplit=1)[0])):
        known += [] if team.code in at_it else [team.code]
        rest = "".join(_BETWEEN.split(rest, maxsplit=1)[1:])
    return tuple(dict.fromkeys(known)), rest


def _team_meant(context: Context, ticket: Ticket, words: str) -> TeamNode | None:
    return context.town.world.team_named(words, ticket.grid) if len(words) > 1 else None


def _may_call(context: Context) -> bool:
    """Communities, streets and supervisors may call; a grid or property company escalates (上报) instead."""
    if context.person.is_overseer:
        return True
    grid = context.town.world.grids.get(context.person.grid or "")
    return grid is not None and grid.level.rank >= Level.COMMUNITY.rank
