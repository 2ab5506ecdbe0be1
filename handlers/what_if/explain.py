"""Explain a route: the rule, the earlier rules that didn't apply, the candidate teams, and who is present now."""

from typing import Any

from handlers.dialogue.context import Context
from handlers.notifications.recipients import chosen_of, how_assigned, recipients_of
from handlers.town.routing import Case, Route, candidates
from models.grid import Level
from models.status_moves import Status
from models.supporting_teams import Support
from models.ticket import Ticket

CONDITION_NAMES = {
    "category": "类别",
    "item": "子项",
    "mode": "小区管理形式",
    "kind": "地点类型",
    "place": "地点",
    "source": "来源",
    "urgent": "紧急",
    "red_flag": "红色警情",
    "working_time": "工作时间",
}


def explain(context: Context, case: Case, route: Route) -> dict[str, Any]:
    """The explanation as JSON."""
    town = context.town
    rules = town.routing.rules
    number = next(n for n, rule in enumerate(rules) if rule.name == route.rule and _holds(rule.when, case))
    ticket = _as_if_filed(context, case, route)
    how = how_assigned(town, ticket)
    first = chosen_of(context.session, town, ticket, context.now, how)
    return {
        "rule_number": number + 1,
        "passed_over": [
            {"rule": rule.name, "because": [CONDITION_NAMES[name] for name in rule.when.missing(case)]}
            for rule in rules[:number]
            if rule.when
        ],
        "candidates": [
            {"code": team.code, "name": team.name}
            for team in candidates(town.world, town.world.chain(route.grid), rules[number].lead)
        ],
        "told": [person.name for person in recipients_of(town, ticket, context.now)],
        "assign": how.value,
        "asked_first": first.name if first else None,
    }


def _holds(when: Any, case: Case) -> bool:  # noqa: ANN401  (a When, or nothing for the last rule)
    return when is None or when.holds(case)


def _as_if_filed(context: Context, case: Case, route: Route) -> Ticket:
    """A ticket that is never stored, for functions that need one."""
    world = context.town.world
    return Ticket(
        status=Status.RECEIVED.value,
        red_flag="danger" if case.red_flag else "",
        team=route.team.code,
        rule=route.rule,
        level=route.level.value,
        grid=route.grid,
        community=world.code_at(route.grid, Level.COMMUNITY),
        street=world.code_at(route.grid, Level.STREET),
        county=world.code_at(route.grid, Level.COUNTY),
        support=[Support(team=team.code, called_at=context.now) for team in route.support],
    )
