"""The tables of a world: CSV files or workbooks of one table each, or the sheets of one workbook."""

from collections.abc import Mapping
from pathlib import Path

from handlers.tables.headings import names_of
from handlers.tables.reading import read_sheets, read_table
from handlers.tables.table import Columns, Table, UnreadableError, unreadable

WORKBOOK = "world.xlsx"
COLUMNS: Mapping[str, Columns] = {
    "grids": Columns(("code", "name", "level", "parent"), (), "grids"),
    "places": Columns(("name", "aliases", "grid", "buildings", "kind", "mode", "lat", "lng"), (), "places"),
    "teams": Columns(("code", "name", "kind", "grids"), ("phone",), "teams"),
    "people": Columns(("name", "openid", "roles", "team", "grid", "phone", "wecom"), (), "people"),
}
OPTIONAL: Mapping[str, Columns] = {
    "roster": Columns(("team", "person", "days", "from", "to", "kind", "stand_in"), (), "roster"),
    "patrols": Columns(("grid", "point", "lat", "lng", "code", "times"), (), "patrols"),
    "care": Columns(("name", "address", "grid", "kind", "every", "phone", "visitor"), (), "care"),
    "answers": Columns(("question", "answer"), ("id", "also", "source", "valid_until", "area", "contact"), "answers"),
}


def read_tables(folder: Path) -> dict[str, Table]:
    """The four required tables by name, and the optional ones that exist."""
    workbook = folder / WORKBOOK
    known = {**COLUMNS, **OPTIONAL}
    there = {name: files for name in known if (files := _files(folder, name))}
    if not workbook.is_file():
        wanted = dict.fromkeys([*COLUMNS, *there])
        return {name: _table(folder, name, there.get(name, []), known[name]) for name in wanted}
    if there:
        both = "、".join(files[0].name for files in there.values())
        return _none(f"与 {both} 同时存在，请只留一种")
    try:
        return read_sheets(workbook, COLUMNS, OPTIONAL)
    except UnreadableError as why:
        return _none(why.message)


def _files(folder: Path, name: str) -> list[Path]:
    """The table's files, by its English or Chinese name, as CSV or workbook."""
    named = (folder / f"{each}{ending}" for each in (name, *names_of(name).sheet) for ending in (".csv", ".xlsx"))
    return [path for path in named if path.is_file()]


def _table(folder: Path, name: str, files: list[Path], columns: Columns) -> Table:
    if not files:
        return unreadable(f"{name}.csv", 0, "缺少这个文件")
    if len(files) > 1:
        return unreadable(files[0].name, 0, f"与 {files[1].name} 同时存在，请只留一个")
    return read_table(folder / files[0].name, columns)


def _none(message: str) -> dict[str, Table]:
    return dict.fromkeys(COLUMNS, unreadable(WORKBOOK, 0, message))
