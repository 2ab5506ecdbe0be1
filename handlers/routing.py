"""Which grid and which team get a ticket: ordered rules of the config, the first that holds wins.

Rules speak of kinds, modes and categories, never of one town's codes, so that another town runs under the same config.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from handlers.world import GridNode, PlaceNode, TeamNode, World
from models.grid import Level, Mode, TeamKind


def _known_team(words: str) -> str:
    """`property`, or `department:城管`: the department whose name has these characters."""
    kind, _, named = words.partition(":")
    if kind not in set(TeamKind):
        raise ValueError(f"“{words}”不是承办单位，应为 {'、'.join(TeamKind)}，部门可写成 department:城管")
    if named and kind != TeamKind.DEPARTMENT:
        raise ValueError(f"“{words}”：只有部门(department)可以指名")
    return words


TeamWords = Annotated[str, AfterValidator(_known_team)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """A rule's conditions: what is absent matches everything, all that is given must hold."""

    category: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    mode: tuple[Mode, ...] = ()
    kind: tuple[str, ...] = ()
    urgent: bool | None = None
    red_flag: bool | None = None

    def holds(self, case: "Case") -> bool:
        return (
            (not self.category or case.category in self.category)
            and (not self.item or case.item in self.item)
            and (not self.mode or bool(case.place and case.place.mode in self.mode))
            and (not self.kind or bool(case.place and case.place.kind in self.kind))
            and (self.urgent is None or case.urgent == self.urgent)
            and (self.red_flag is None or case.red_flag == self.red_flag)
        )


class Rule(_Strict):
    """`lead`: the first of these that serves the ticket's grid does the work; `support` helps."""

    name: str
    when: When | None = None
    lead: tuple[TeamWords, ...]
    support: tuple[TeamWords, ...] = ()


class Routing(_Strict):
    """Section `routing`."""

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _nothing_is_lost_or_hidden(self) -> Self:
        if not self.rules or self.rules[-1].when is not None:
            raise ValueError("最后一条规则不能有 when：否则有的诉求会无人承办")
        for rule in self.rules[:-1]:
            if rule.when is None or rule.when == When():
                raise ValueError(f"规则“{rule.name}”没有条件，后面的规则永远用不上")
        return self


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at."""

    category: str
    item: str = ""
    urgent: bool = False
    red_flag: bool = False
    place: PlaceNode | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The answer: `grid` the code where the work is (any level), `team` in charge, and the rule that said so."""

    grid: str
    level: Level
    team: TeamNode
    support: tuple[TeamNode, ...]
    rule: str


def choose(world: World, routing: Routing, case: Case, grid: str | None) -> Route | None:
    """The route of a case in a grid; None where no grid or no team at all serves it: a person must decide."""
    chain = world.chain(grid)
    if not chain:
        return None
    rule = next(rule for rule in routing.rules if rule.when is None or rule.when.holds(case))
    lead = _first(_candidates(world, chain, rule.lead)) or _first(_anybody(world, chain))
    if not lead:
        return None
    helpers = (_first(_candidates(world, chain, (words,))) for words in rule.support)
    support = tuple(dict.fromkeys(team for team in helpers if team and team != lead))
    return Route(chain[0].code, chain[0].level, lead, support, rule.name)


def level_above(world: World, grid: str | None, level: Level, team: str | None) -> Route | None:
    """Who takes over from a team of this level: the nearest higher level with a team of its own (上报, 退单)."""
    for node in world.chain(grid):
        own = _first(each for each in world.teams_at.get(node.code, ()) if each.kind == node.level.value)
        if own and own.code != team and node.level.rank > level.rank:
            return Route(node.code, node.level, own, (), f"上一级承接：{own.name}")
    return None


def _candidates(world: World, chain: tuple[GridNode, ...], wanted: tuple[str, ...]) -> Iterator[TeamNode]:
    """Teams that fit, in the order of the rule's words, the nearest to the grid first."""
    for words in wanted:
        kind, _, named = words.partition(":")
        for node in chain:
            yield from (team for team in world.teams_at.get(node.code, ()) if team.kind == kind and named in team.name)


def _anybody(world: World, chain: tuple[GridNode, ...]) -> Iterator[TeamNode]:
    """Where the rule's teams don't exist here: the grid's own, the community's, the street's."""
    for node in chain:
        yield from (team for team in world.teams_at.get(node.code, ()) if team.kind == node.level.value)


def _first(teams: Iterator[TeamNode]) -> TeamNode | None:
    return next(iter(teams), None)
