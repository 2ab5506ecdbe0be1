"""Grids and teams of the world files: checks and records."""

from collections.abc import Iterator

from handlers.tables.table import Problem, Row, Table, empty_cells, repeated
from handlers.town_import.records import GridRecord, TeamRecord
from handlers.world.houses import house_of
from models.grid import Level, TeamKind

LEVEL_NAMES = {
    Level.BUILDING: "楼栋",
    Level.GRID: "网格",
    Level.COMMUNITY: "社区",
    Level.STREET: "街道",
    Level.COUNTY: "区县",
}


class Tree:
    """The tree of grids. If the file is unreadable, every code is accepted, so that the error is reported once."""

    def __init__(self, table: Table) -> None:
        self.readable = table.readable
        self._rows = {row["code"]: row for row in reversed(table.rows)}
        self._levels = {code: Level(row["level"]) for code, row in self._rows.items() if row["level"] in set(Level)}

    def knows(self, code: str) -> bool:
        return not self.readable or code in self._rows

    def level(self, code: str) -> Level | None:
        return self._levels.get(code)

    def parent(self, code: str) -> str:
        return self._rows[code]["parent"] if code in self._rows else ""

    def community(self, code: str) -> str | None:
        """The community of a grid, or the code itself if it is one; None above that, or if a parent is missing."""
        for _ in Level:  # no chain is longer; ends a cycle
            if self.level(code) is Level.COMMUNITY:
                return code
            code = self.parent(code)
        return None

    def circles(self, code: str) -> bool:
        """Whether the chain of parents leads back to this grid."""
        seen: set[str] = set()
        above = self.parent(code)
        while above and above not in seen:
            seen.add(above)
            above = self.parent(above)
        return code in seen


def grid_problems(table: Table, tree: Tree) -> Iterator[Problem]:
    """All errors in the grids."""
    yield from repeated(table.rows, "code")
    for row in table.rows:
        yield from empty_cells(row, "code", "name")
        if row["level"] not in set(Level):
            yield row.problem(f"不认识的级别“{row['level']}”，应为 {row.choices('level', Level)}")
        yield from _parent_problems(row, tree)


def _parent_problems(row: Row, tree: Tree) -> Iterator[Problem]:
    level, parent = tree.level(row["code"]), row["parent"]
    if parent and not tree.knows(parent):
        yield row.unknown("上级", parent, "grids")
    elif tree.circles(row["code"]):
        yield row.problem(f"上级“{parent}”绕了一圈又回到“{row['code']}”自己")
    elif parent and level and tree.level(parent) not in {level.above, None}:
        yield row.problem(_wrong_level(level, parent, tree))
    elif level in {Level.BUILDING, Level.GRID} and not parent:
        yield row.problem(f"{LEVEL_NAMES[level]}要写明上级{LEVEL_NAMES[level.above or level]}")


def _wrong_level(level: Level, parent: str, tree: Tree) -> str:
    should = f"{LEVEL_NAMES[level]}的上级应是{LEVEL_NAMES[level.above]}" if level.above else "区县不能再有上级"
    actual = tree.level(parent)
    return f"上级“{parent}”是{LEVEL_NAMES[actual] if actual else '未知级别'}，{should}"


def building_problems(grids: Table, places: Table) -> Iterator[Problem]:
    """Errors in the names of 楼栋, which must be a compound's name and a number."""
    names = [name for row in places.rows for name in (row["name"], *row.words("aliases"))]
    for row in grids.rows:
        if row["level"] == Level.BUILDING and row["name"] and places.readable and not house_of(row["name"], names):
            yield row.problem(f"楼栋的名称要像“小区名3号楼”，“{row['name']}”对不上地点表里的小区")


def team_problems(table: Table, tree: Tree) -> Iterator[Problem]:
    """All errors in the teams."""
    yield from repeated(table.rows, "code")
    for row in table.rows:
        yield from empty_cells(row, "code", "name")
        if row["kind"] not in set(TeamKind):
            yield row.problem(f"不认识的单位类别“{row['kind']}”，应为 {row.choices('kind', TeamKind)}")
        if not row.words("grids"):
            yield row.problem("承办单位至少要负责一个网格、社区、街道或区县")
        yield from (row.unknown("网格", code, "grids") for code in row.words("grids") if not tree.knows(code))


def grid_records(table: Table) -> tuple[GridRecord, ...]:
    """The records, higher levels first, because lower ones refer to them."""
    records = [GridRecord(row["code"], row["name"], Level(row["level"]), row["parent"] or None) for row in table.rows]
    return tuple(sorted(records, key=lambda record: -record.level.rank))


def team_records(table: Table) -> tuple[TeamRecord, ...]:
    return tuple(
        TeamRecord(row["code"], row["name"], row["kind"], tuple(sorted(row.words("grids"))), row["phone"])
        for row in table.rows
    )
