"""The duty table (权属): owner, responsible party and clause by kind of problem and place; a clerk maintains it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from handlers.tables.reading import rows_of
from handlers.tables.table import Columns, Problem, Row, TableError
from handlers.town.catalogue import Catalogue
from handlers.world.nodes import PlaceNode
from models.grid import Mode

_ANY = "*"
_COLUMNS = Columns(("category", "item", "kind", "mode", "words", "ownership", "responsible", "clause"), table="duties")


class Ownership(StrEnum):
    """Who owns the thing; "" if ownership doesn't matter."""

    OWN = "专有"
    COMMON = "共有"
    PUBLIC = "市政"
    WARRANTY = "保修"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """One row: the problems and places that it applies to, and its content."""

    category: str
    item: str
    kinds: frozenset[str]
    modes: frozenset[str]
    words: tuple[str, ...]
    ownership: Ownership
    responsible: str
    clause: str

    def holds(self, item: str, text: str, place: PlaceNode | None) -> bool:
        return (
            self.item in {"", item}
            and (not self.kinds or bool(place and place.kind in self.kinds))
            and (not self.modes or bool(place and place.mode in self.modes))
            and (not self.words or any(word in text for word in self.words))
        )


class Duties:
    """The table; the first row that applies counts. Rows of `*` say who manages a compound of each mode."""

    def __init__(self, rows: Sequence[Duty] = ()) -> None:
        self._rows: dict[str, list[Duty]] = {}
        for row in rows:
            self._rows.setdefault(row.category, []).append(row)

    def card(self, category: str, item: str, text: str, place: PlaceNode | None) -> str:
        """「共有部分，由物业负责（民法典第九百四十二条）」; "" if no row applies."""
        found = self._first(category, item, text, place)
        if found is None:
            return ""
        manager = self._first(_ANY, "", text, place) if found.responsible == _ANY else found
        whose = f"{found.ownership}部分，" if found.ownership in {Ownership.OWN, Ownership.COMMON} else ""
        whose = whose or (f"{found.ownership}，" if found.ownership else "")
        source = f"（{found.clause}）" if found.clause else ""
        return f"{whose}由{manager.responsible if manager else '社区'}负责{source}"

    def _first(self, category: str, item: str, text: str, place: PlaceNode | None) -> Duty | None:
        return next((row for row in self._rows.get(category, ()) if row.holds(item, text, place)), None)


def read_duties(path: Path, catalogue: Catalogue) -> Duties:
    """Read the table. Raises TableError with every bad line."""
    rows: list[Duty] = []
    problems: list[Problem] = []
    for row in rows_of(path, _COLUMNS).rows:
        try:
            rows.append(_duty(row, catalogue))
        except ValueError as why:
            problems.append(row.problem(str(why)))
    if problems:
        raise TableError(problems)
    return Duties(rows)


def _duty(given: Row, catalogue: Catalogue) -> Duty:
    category, item = given["category"], given["item"]
    if category != _ANY and category not in catalogue.categories:
        raise ValueError(f"没有“{category}”这个类别")
    if item and catalogue.items.get(item, ("",))[0] != category:
        raise ValueError(f"“{category}”里没有“{item}”这个子项")
    if given["ownership"] not in set(Ownership):
        raise ValueError(f"“{given['ownership']}”不是权属，应为 专有、共有、市政、保修 或空")
    if strange := set(given.words("mode")) - set(Mode):
        raise ValueError(f"不认识的管理形式“{'、'.join(sorted(strange))}”")
    if not given["responsible"] or (category == _ANY and given["responsible"] == _ANY):
        raise ValueError("responsible 不能为空（由管理方负责写 *）")
    return Duty(
        category,
        item,
        frozenset(given.words("kind")),
        frozenset(given.words("mode")),
        tuple(given["words"].split()),
        Ownership(given["ownership"]),
        given["responsible"],
        given["clause"],
    )
