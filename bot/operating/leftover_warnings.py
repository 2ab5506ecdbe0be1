"""Warnings about remains of the demonstration in a town's files, and about rules without effect."""

import re
from collections.abc import Iterable, Iterator, Sequence
from csv import DictReader
from datetime import UTC, datetime
from pathlib import Path

from bot.installation.settings import Settings
from handlers.town.limits import Limit
from handlers.town.wordings import Wordings
from handlers.world.config_warning import ConfigWarning
from handlers.world.world import World
from models.calendar import Calendar

_SHIPPED = Path(__file__).parents[1] / "demo_world"
_SHIPPED_NUMBERS = re.compile(r"0358-?762\d{4}")
"""The demonstration's telephone numbers in the shipped config.yaml"""
_MONDAY = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""The start of an ordinary working week"""


def is_shipped(world: World) -> bool:
    """Whether the database contains the demonstration's world."""
    return _names("grids") <= {node.name for node in world.grids.values()}


def of_another_town(settings: Settings, world: World, say: Wordings) -> Iterator[ConfigWarning]:
    """Warnings about the demonstration town's name, telephones and places."""
    if not world.grids or is_shipped(world):
        return
    if world.grid_named(settings.town) is None:
        yield ConfigWarning(
            f"config.yaml 的 town“{settings.town}”不在社区数据里", "改成 grids.csv 里你们街道（或社区）的名称"
        )
    numbers = settings.contacts.model_dump()
    if left := [name for name, number in numbers.items() if _SHIPPED_NUMBERS.fullmatch(number)]:
        yield ConfigWarning(
            f"电话 {'、'.join(left)} 还是示例街道的", "在 config.yaml 的 contacts 里换成你们的，没有的留空"
        )
    yield from _places(world, say)


def _places(world: World, say: Wordings) -> Iterator[ConfigWarning]:
    ours = {node.name for node in world.grids.values()} | {place.name for place in world.places.values()}
    theirs = (_names("grids") | _names("places")) - ours
    for key in sorted(say.keys):
        sentence = say.sentence(key)
        if named := [name for name in theirs if name in sentence]:
            yield ConfigWarning(
                f"句子 {key} 里说到别的镇的地方：{'、'.join(sorted(named))}", "在自己的 wordings.local.yaml 里改这一句"
            )


def _names(table: str) -> set[str]:
    with (_SHIPPED / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["name"] for row in DictReader(file)}


def late_to_sign(limits: Iterable[Limit], calendar: Calendar) -> Iterator[ConfigWarning]:
    """Limits whose deadline to sign is later than the one to resolve."""
    for limit in limits:
        if calendar.due(_MONDAY, limit.accept) > calendar.due(_MONDAY, limit.handle):
            yield ConfigWarning(
                f"limits.csv 的 {limit.row}：签收时限比处置时限还长", "把 accept 改短，或把 handle 改长"
            )


def unknown_to_model(known: Sequence[str], given: Iterable[str], what: str) -> Iterator[ConfigWarning]:
    """Categories without training examples, which the model can't choose."""
    for key in given:
        if key not in known:
            yield ConfigWarning(
                f"{what}“{key}”模型没学过，居民说的话不会归到它",
                "用带这个类别的历史工单 python -m bot train --data，或请工作人员改类",
            )
