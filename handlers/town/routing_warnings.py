"""Warnings about routing rules: rules that never apply first, and names that match no department or place.

All cases that the rules distinguish are tested: each condition's values fall into a few groups that the rules treat
alike, and all combinations of groups are tried against bit masks of the rules.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import product
from operator import and_

from handlers.town.catalogue import Catalogue
from handlers.town.routing import Routing, Rule, When
from handlers.world.config_warning import ConfigWarning
from handlers.world.world import World
from models.grid import Mode, TeamKind
from models.ticket import Source

Mask = int
"""Bit n: rule n may still apply"""
_MOST = 2_000_000


def routing_warnings(routing: Routing, catalogue: Catalogue, world: World) -> Iterator[ConfigWarning]:
    """All warnings about the rules in this town."""
    yield from _never_first(routing, catalogue)
    yield from _nobody_answers(routing, world)
    known = {place.name for place in world.places.values()}
    for rule in routing.rules:
        for name in rule.when.place if rule.when else ():
            if name not in known:
                yield ConfigWarning(f"规则“{rule.name}”说的地点“{name}”不在地点表里", "改成 places.csv 里的名称")


def _never_first(routing: Routing, catalogue: Catalogue) -> Iterator[ConfigWarning]:
    rules = [rule.when or When() for rule in routing.rules]
    masks = [_masks(rules, values, asks) for values, asks in _dimensions(rules, catalogue)]
    possible = [reduce(lambda one, other: one | other, each, 0) for each in masks]
    alone = reduce(and_, possible)
    takes: dict[int, set[int]] = {}
    if _combinations(masks) > _MOST:
        return
    for combined in product(*masks):
        holding = reduce(and_, combined)
        first = holding & -holding
        for number in _bits(holding):
            takes.setdefault(number, set()).add(first.bit_length() - 1)
    for number, rule in enumerate(routing.rules):
        if not alone >> number & 1 or number not in takes:
            yield ConfigWarning(f"规则“{rule.name}”的条件自相矛盾，永远不会成立", "检查它的 when：类别与子项要对得上")
        elif number not in takes[number]:
            earlier = "、".join(f"“{routing.rules[each].name}”" for each in sorted(takes[number]))
            yield ConfigWarning(f"规则“{rule.name}”永远轮不到，前面的{earlier}已经全部接走", "把它移到前面，或删掉")


def _combinations(masks: Sequence[Sequence[Mask]]) -> int:
    return reduce(lambda total, each: total * len(each), masks, 1)


def _dimensions(rules: Sequence[When], catalogue: Catalogue) -> Iterator[tuple[Iterable[object], tuple[str, ...]]]:
    """The values that cases can have, and the conditions that test them. None: a value that no rule names."""
    items = [(category, item) for item, (category, _) in catalogue.items.items()]
    yield [*items, *((category, "") for category in catalogue.categories)], ("category", "item")
    yield [*Mode, None], ("mode",)
    yield [*{kind for rule in rules for kind in rule.kind}, None], ("kind",)
    yield [*{place for rule in rules for place in rule.place}, None], ("place",)
    yield list(Source), ("source",)
    yield [(False, False), (True, False), (True, True)], ("urgent", "red_flag")  # danger is always urgent
    yield [True, False], ("working_time",)


def _masks(rules: Sequence[When], values: Iterable[object], asks: tuple[str, ...]) -> list[Mask]:
    """The distinct sets of rules that values of one dimension allow."""
    masks = set()
    for value in values:
        parts = value if isinstance(value, tuple) else (value,)
        allowed = (all(map(_allows, (getattr(rule, name) for name in asks), parts)) for rule in rules)
        masks.add(sum(1 << number for number, allows in enumerate(allowed) if allows))
    return sorted(masks)


def _allows(said: object, value: object) -> bool:
    if said is None or said == ():
        return True
    return value in said if isinstance(said, tuple) else value == said


def _bits(mask: Mask) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _nobody_answers(routing: Routing, world: World) -> Iterator[ConfigWarning]:
    """Departments that rules name by a word that is in no department's name."""
    departments = [team.name for team in world.teams.values() if team.kind == TeamKind.DEPARTMENT]
    for rule in routing.rules:
        for word in _departments(rule):
            if not any(word in name for name in departments):
                yield ConfigWarning(
                    f"规则“{rule.name}”里的 department:{word} 没有对应的部门",
                    f"在 teams.csv 加一个名称带“{word}”的部门，或改规则里的字",
                )


def _departments(rule: Rule) -> Iterator[str]:
    for words in (*rule.lead, *rule.support):
        kind, _, named = words.partition(":")
        if kind == TeamKind.DEPARTMENT and named:
            yield named
