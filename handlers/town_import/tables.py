"""Which tables the world's files are: CSV files, or the sheets of one workbook."""

from collections.abc import Mapping
from pathlib import Path

from handlers.tables.reading import read_sheets, read_table
from handlers.tables.table import Columns, Table, UnreadableError, unreadable

WORKBOOK = "world.xlsx"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "grids": ("code", "name", "level", "parent"),
    "places": ("name", "aliases", "grid", "buildings", "kind", "mode", "lat", "lng"),
    "teams": ("code", "name", "kind", "grids"),
    "people": ("name", "openid", "roles", "team", "grid", "phone", "wecom"),
}
OPTIONAL = {  # a town may do without
    "roster": ("team", "person", "days", "from", "to", "kind", "stand_in"),
    "patrols": ("grid", "point", "lat", "lng", "code", "times"),
}


def read_tables(folder: Path) -> dict[str, Table]:
    """The four tables by name, and those of the optional ones that are there."""
    workbook = folder / WORKBOOK
    known = {**COLUMNS, **OPTIONAL}
    there = [name for name in known if (folder / f"{name}.csv").exists()]
    if not workbook.is_file():
        return {name: _csv(folder / f"{name}.csv", known[name]) for name in dict.fromkeys([*COLUMNS, *there])}
    if there:
        both = "、".join(f"{name}.csv" for name in there)
        return _none(f"与 {both} 同时存在，请只留一种")
    try:
        return read_sheets(workbook, *({n: Columns(c) for n, c in each.items()} for each in (COLUMNS, OPTIONAL)))
    except UnreadableError as why:
        return _none(why.message)


def _csv(path: Path, columns: tuple[str, ...]) -> Table:
    return read_table(path, Columns(columns)) if path.is_file() else unreadable(path.name, 0, "缺少这个文件")


def _none(message: str) -> dict[str, Table]:
    return dict.fromkeys(COLUMNS, unreadable(WORKBOOK, 0, message))
