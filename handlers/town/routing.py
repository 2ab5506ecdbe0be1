"""Route a ticket to a grid and a team by the config's ordered rules; the first rule that applies wins.

Rules name kinds, modes and categories, never codes of one town, so that other towns can use the same config.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from handlers.world.nodes import GridNode, PlaceNode, TeamNode
from handlers.world.world import World
from models.grid import Level, Mode, TeamKind
from models.ticket import Source


def _known_team(words: str) -> str:
    """`property`, or `department:城管`: the department whose name has these characters."""
    kind, _, named = words.partition(":")
    if kind not in set(TeamKind):
        raise ValueError(f"“{words}”不是承办单位，应为 {'、'.join(TeamKind)}，部门可写成 department:城管")
    if named and kind != TeamKind.DEPARTMENT:
        raise ValueError(f"“{words}”：只有部门(department)可以指名")
    return words


TeamWords = Annotated[str, AfterValidator(_known_team)]
_OF_PLACE = {"place": "name", "mode": "mode", "kind": "kind"}


class Assign(StrEnum):
    """Which member of a team is asked first; the others may sign too."""

    EVERYONE = "everyone"
    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"
    STEWARD = "steward"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(_Strict):
    """A rule's conditions: all given ones must hold; one that is absent matches everything."""

    category: tuple[str, ...] = ()
    item: tuple[str, ...] = ()
    mode: tuple[Mode, ...] = ()
    kind: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    """Names of places"""
    source: tuple[Source, ...] = ()
    urgent: bool | None = None
    red_flag: bool | None = None
    working_time: bool | None = None

    def holds(self, case: "Case") -> bool:
        return next(self.missing(case), None) is None

    def missing(self, case: "Case") -> Iterator[str]:
        """The conditions that don't hold, by name."""
        values = case.values
        for name, said in self.conditions:
            if values[name] not in said:
                yield name

    @cached_property
    def conditions(self) -> tuple[tuple[str, tuple[str | bool, ...]], ...]:
        """The given conditions: name and allowed values."""
        given = ((name, getattr(self, name)) for name in type(self).model_fields)
        several = ((name, (said,) if isinstance(said, bool) else said) for name, said in given)
        return tuple((name, said) for name, said in several if said)


class Rule(_Strict):
    """A routing rule. `lead`: the first of these teams that serves the ticket's grid works; `support` helps."""

    name: str
    when: When | None = None
    lead: tuple[TeamWords, ...]
    support: tuple[TeamWords, ...] = ()
    assign: Assign | None = None
    """Which member is asked first; None: as `within` says for the team's kind"""


class Routing(_Strict):
    """Section `routing`."""

    rules: tuple[Rule, ...]
    within: dict[TeamKind, Assign] = Field(default_factory=dict)

    def within_kind(self, kind: str) -> Assign:
        """How teams of this kind choose the member who is asked first."""
        return self.within.get(TeamKind(kind), Assign.EVERYONE) if self.within else Assign.EVERYONE

    def first(self, case: "Case") -> Rule:
        """The first rule that applies; the last one always does."""
        of = case.category, case.item
        rules = self._about.get(of) or self._about.setdefault(of, [each for each in self.rules if _is_about(each, *of)])
        return next(rule for rule in rules if rule.when is None or rule.when.holds(case))

    @cached_property
    def _about(self) -> dict[tuple[str, str], list[Rule]]:
        """Cache: the rules that may apply, by category and sub-item."""
        return {}

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        return {rule.name: rule for rule in reversed(self.rules)}

    @model_validator(mode="after")
    def _nothing_is_lost_or_hidden(self) -> Self:
        if not self.rules or self.rules[-1].when is not None:
            raise ValueError("最后一条规则不能有 when：否则有的诉求会无人承办")
        for rule in self.rules[:-1]:
            if rule.when is None or rule.when == When():
                raise ValueError(f"规则“{rule.name}”没有条件，后面的规则永远用不上")
        return self


@dataclass(frozen=True)
class Case:
    """The facts of a ticket that rules test."""

    category: str
    item: str = ""
    urgent: bool = False
    red_flag: bool = False
    place: PlaceNode | None = None
    source: str = Source.CHAT.value
    working_time: bool = True
    above: tuple[str, ...] = ()
    """For a complaint about the team that would work on it: the kinds of team that decide instead, in order"""

    @cached_property
    def values(self) -> Mapping[str, str | bool | None]:
        """The value that each condition tests, by the condition's name."""
        of_place = {name: getattr(self.place, of, None) for name, of in _OF_PLACE.items()}
        return {name: getattr(self, name) for name in When.model_fields if name not in _OF_PLACE} | of_place


@dataclass(frozen=True, slots=True)
class Route:
    """The result: `grid` where the work is (any level), the `team` in charge, and the rule that decided."""

    grid: str
    level: Level
    team: TeamNode
    support: tuple[TeamNode, ...]
    rule: str


MaySign = Callable[[TeamNode], bool]
"""Whether any member of a team can act"""


def _anyone(_team: TeamNode) -> bool:
    return True


def choose(world: World, routing: Routing, case: Case, grid: str | None, may_sign: MaySign = _anyone) -> Route | None:
    """The route of a case in a grid; None if no grid or team serves it, so that a person must decide.

    A team in which nobody may sign is skipped if there is another.
    """
    chain = world.chain(grid)
    if not chain:
        return None
    if case.above:
        return above_those(world, grid, case.above, may_sign)
    rule = routing.first(case)
    lead = _able((*candidates(world, chain, rule.lead), *_anybody(world, chain)), may_sign)
    if not lead:
        return None
    helpers = [next(iter(candidates(world, chain, (words,))), None) for words in rule.support]
    support = tuple(dict.fromkeys([team for team in helpers if team and team.code != lead.code]))
    return Route(chain[0].code, chain[0].level, lead, support, rule.name)


def above_those(world: World, grid: str | None, order: Sequence[str], may_sign: MaySign = _anyone) -> Route | None:
    """The route of a complaint about the team that would work on it: the first of these levels that has a team."""
    found = {node.level.value: (node, own) for node in world.chain(grid) if (own := _own(world, node))}
    team = _able((found[kind][1] for kind in order if kind in found), may_sign)
    node = next((node for node, own in found.values() if own == team), None)
    return Route(grid or node.code, node.level, team, (), "") if node and team else None


def level_above(
    world: World,
    grid: str | None,
    level: Level,
    team: str | None,
    out: Collection[str] = (),
    may_sign: MaySign = _anyone,
) -> Route | None:
    """Who takes over from a team of this level (上报, 退单): the nearest higher level with its own team.

    Kinds of team in `out`, which the ticket complains about, are skipped.
    """
    higher = [node for node in world.chain(grid) if node.level.rank > level.rank]
    owns = {node: own for node in higher if (own := _own(world, node)) and own.kind not in out and own.code != team}
    found = _able(owns.values(), may_sign)
    return next((Route(node.code, node.level, own, (), "") for node, own in owns.items() if own == found), None)


def own_route(world: World, grid: str | None, level: Level) -> Route | None:
    """The route to a level's own team, such as the community's committee, which arbitrates."""
    for node in world.chain(grid):
        own = _own(world, node)
        if own and node.level is level:
            return Route(node.code, node.level, own, (), "")
    return None


def next_in_line(
    world: World,
    routing: Routing,
    rule: str,
    grid: str | None,
    had: Collection[str | None],
    out: Collection[str] = (),
    may_sign: MaySign = _anyone,
) -> Route | None:
    """The rule's next team after one has returned the ticket; None if there is no further one."""
    chain = world.chain(grid)
    wanted = next((each.lead for each in routing.rules if each.name == rule), ())
    open_to = (each for each in candidates(world, chain, wanted) if each.code not in had and each.kind not in out)
    team = _able(open_to, may_sign)
    if team is None:
        return None
    level = Level(team.kind) if team.kind in set(Level) else Level.GRID
    return Route(chain[0].code, max(level, chain[0].level, key=lambda each: each.rank), team, (), rule)


def candidates(world: World, chain: tuple[GridNode, ...], wanted: tuple[str, ...]) -> list[TeamNode]:
    """Teams that match, in the order of the rule's words, the nearest to the grid first."""
    found = []
    for words in wanted:
        kind, _, named = words.partition(":")
        for node in chain:
            for team in world.teams_at.get(node.code, ()):
                if team.kind == kind and named in team.name:
                    found.append(team)  # noqa: PERF401  (three nested loops are easier to read)
    return found


def _anybody(world: World, chain: tuple[GridNode, ...]) -> list[TeamNode]:
    """The levels' own teams (grid, community, street), used if the rule's teams don't exist here."""
    return [team for node in chain for team in world.own_teams.get(node.code, ())]


def _own(world: World, node: GridNode) -> TeamNode | None:
    """A grid node's own team."""
    return next(iter(world.own_teams.get(node.code, ())), None)


def _able(teams: Iterable[TeamNode], may_sign: MaySign) -> TeamNode | None:
    """The first team in which a member can act; if there is none, the first team, so that no ticket is lost."""
    in_order = list(teams)
    return next(filter(may_sign, in_order), in_order[0] if in_order else None)


def _is_about(rule: Rule, category: str, item: str) -> bool:
    when = rule.when
    return when is None or (category in (when.category or (category,)) and item in (when.item or (item,)))
