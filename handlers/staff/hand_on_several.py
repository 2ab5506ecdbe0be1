"""「转 12 13 城管 原因」: hand on several tickets at once, after they are listed and confirmed."""

import re
from collections.abc import Sequence

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.shielding import withheld
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.staff.commands import HAND_ON, HELD, reach_of
from handlers.staff.hand_on import hand_to
from handlers.tickets.access import by_number, tickets
from handlers.world.nodes import TeamNode
from models.status_moves import Status
from models.ticket import Ticket

router = Router("several at once")
_NUMBERS = re.compile(r"((?:[#＃]?\d{3,11}(?!\d)[\s,，、和]*){2,})(.*)", re.DOTALL)
_MOST = 8


def asked_first(context: Context, command: Command) -> Reply | None:
    """List the tickets and ask for confirmation. None if fewer than two are named."""
    found = _NUMBERS.fullmatch(context.rest)
    if found is None:
        return None
    numbers = list(dict.fromkeys(re.findall(r"\d+", found[1])))
    name, _, why = found[2].strip().partition(" ")
    if len(numbers) > _MOST or not why.strip():
        return Reply(context.say("working.several_how", most=_MOST), keep=True)
    movable = _movable(context, command, numbers)
    unknown = [number for number in numbers if not any(str(each.number).endswith(number) for each in movable)]
    teams = {team.code: team for each in movable if (team := _team(context, each, name))}
    if unknown or len(teams) != 1:
        return Reply(context.say("working.several_not", numbers="、".join(unknown) or "、".join(numbers), name=name))
    lines = "\n".join(ticket_text.line(context.town, each, context.now, context.person) for each in movable)
    said = context.say("working.several_sure", count=len(movable), team=next(iter(teams.values())).name, lines=lines)
    return Reply(said, Asks.HAND_ON_SURE, {"tickets": [each.id for each in movable], "team": name, "why": why.strip()})


@router.on(in_state(Asks.HAND_ON_SURE))
def confirmed(context: Context) -> Reply | None:
    """1 hands them all on; tickets that changed meanwhile are reported."""
    if context.number is None:
        return None
    if context.number == 1:
        return Reply(context.say("working.several_left"))
    wanted = Ticket.id.in_(context.slots["tickets"])
    found = context.session.scalars(tickets(reach_of(context, HAND_ON) & wanted, HELD)).all()
    return Reply("\n".join(_handed(context, each) for each in reversed(found)) or context.say("working.several_gone"))


def _handed(context: Context, ticket: Ticket) -> str:
    team = _team(context, ticket, context.slots["team"])
    if team is None:
        return context.say("working.already", line=ticket_text.line(context.town, ticket, context.now, context.person))
    hand_to(context, ticket, team, context.slots["why"])
    return context.say("working.reassigned", number=ticket.number, team=team.name)


def _movable(context: Context, command: Command, numbers: Sequence[str]) -> list[Ticket]:
    named = [by_number(context.session, reach_of(context, command), number) for number in numbers]
    ones = [each[0] for each in named if len(each) == 1]
    return [each for each in ones if Status(each.status) in HELD and not withheld(context, each, command)]


def _team(context: Context, ticket: Ticket, name: str) -> TeamNode | None:
    """The team of this name; None if there is none, or if it already has the ticket."""
    team = context.town.world.team_named(name, ticket.grid)
    return team if team and team.code != ticket.team else None
