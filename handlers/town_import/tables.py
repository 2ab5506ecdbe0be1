"""The world's tables as rows of text, from CSV files or the sheets of one workbook, with all that is wrong in them."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

WORKBOOK = "world.xlsx"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "grids": ("code", "name", "level", "parent"),
    "places": ("name", "aliases", "grid", "buildings", "kind", "mode", "lat", "lng"),
    "teams": ("code", "name", "kind", "grids"),
    "people": ("name", "openid", "roles", "team", "grid", "phone", "wecom"),
}
OPTIONAL = {"roster": ("team", "person", "days", "from", "to", "kind", "stand_in")}  # a town may do without
_ENCODINGS = ("utf-8-sig", "gb18030")  # the second one reads GBK too, in which Excel saves CSV in China


@dataclass(frozen=True, slots=True)
class WorldProblem:
    """What is wrong and where. `line` counts from 1 with the header (in a sheet: the row); 0 is the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file} 第{self.line}行：{self.message}" if self.line else f"{self.file}：{self.message}"


class WorldError(Exception):
    """The files can't be imported; `problems` holds everything that was found, not just the first."""

    def __init__(self, problems: Sequence[WorldProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Row:
    """One row by its columns' names, without the blanks around."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def words(self, column: str) -> tuple[str, ...]:
        """A cell of several words joined by `;`, each once."""
        parts = (word.strip() for word in self.cells[column].replace("；", ";").split(";"))
        return tuple(dict.fromkeys(word for word in parts if word))

    def problem(self, message: str) -> WorldProblem:
        return WorldProblem(self.file, self.line, message)


@dataclass(frozen=True, slots=True)
class Table:
    """One file or sheet. `readable` is false where its rows can't be told: then nothing can be said of its codes."""

    file: str
    rows: tuple[Row, ...] = ()
    problems: tuple[WorldProblem, ...] = ()
    readable: bool = True


Record = tuple[int, list[str]]
"""The line where it begins, and its cells"""


def read_tables(folder: Path) -> dict[str, Table]:
    """The four tables by name, and those of the optional ones that are there."""
    workbook = folder / WORKBOOK
    known = {**COLUMNS, **OPTIONAL}
    if not workbook.is_file():
        there = {name: folder / f"{name}.csv" for name in known}
        return {n: _csv_table(path, known[n]) for n, path in there.items() if n in COLUMNS or path.exists()}
    both = [f"{name}.csv" for name in known if (folder / f"{name}.csv").exists()]
    if both:
        return dict.fromkeys(COLUMNS, _unreadable(WORKBOOK, 0, f"与 {'、'.join(both)} 同时存在，请只留一种"))
    return _sheets(workbook)


def empty_cells(row: Row, *columns: str) -> Iterator[WorldProblem]:
    """Cells that may not be empty."""
    for column in columns:
        if not row[column]:
            yield row.problem(f"{column} 不能为空")


def repeated(rows: Iterable[Row], column: str) -> Iterator[WorldProblem]:
    """Values that an earlier row has already."""
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row[column], row.line)
        if row[column] and first != row.line:
            yield row.problem(f"{column}“{row[column]}”与第{first}行重复")


def decoded(path: Path) -> str | None:
    """A text file in one of the encodings that people save in; None where it is in none of them."""
    data = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _csv_table(path: Path, columns: tuple[str, ...]) -> Table:
    if not path.is_file():
        return _unreadable(path.name, 0, "缺少这个文件")
    text = decoded(path)
    if text is None:
        return _unreadable(path.name, 0, "编码既不是 UTF-8 也不是 GBK，请另存为 UTF-8")
    line, records = 1, list[Record]()
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            records.append((line, cells))
            line = reader.line_num + 1  # a quoted cell may hold line breaks
    except csv.Error as why:
        return _unreadable(path.name, line, f"引号没有配对，或单元格过长（{why}）")
    return _table(path.name, columns, records)


def _sheets(path: Path) -> dict[str, Table]:
    try:
        with path.open("rb") as file, closing(load_workbook(file, read_only=True, data_only=True)) as book:
            there = [*COLUMNS, *(name for name in OPTIONAL if name in book.sheetnames)]
            return {name: _sheet(book, name) for name in there}
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as why:
        return dict.fromkeys(COLUMNS, _unreadable(path.name, 0, f"不是能打开的 Excel 工作簿（{why}）"))


def _sheet(book: Workbook, name: str) -> Table:
    file = f"{WORKBOOK}[{name}]"
    if name not in book.sheetnames:
        return _unreadable(file, 0, "缺少这个工作表")
    sheet = book[name]
    sheet.reset_dimensions()  # some programs write a size that is wrong, and rows would be lost
    rows = sheet.iter_rows(values_only=True)
    columns = COLUMNS.get(name) or OPTIONAL[name]
    return _table(file, columns, [(line, [_cell(value) for value in row]) for line, row in enumerate(rows, 1)])


def _cell(value: object) -> str:
    """What a person sees in the cell. `1-6` typed into Excel may have become a date: the checks will tell."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return "" if value is None else str(value)


def _table(file: str, columns: tuple[str, ...], records: list[Record]) -> Table:
    if not records:
        return _unreadable(file, 1, f"没有表头，应为 {','.join(columns)}")
    header = [cell.strip().lower() for cell in records[0][1]]
    while header and not header[-1]:
        header.pop()
    wrong = list(_header_problems(file, columns, header))
    if wrong:
        return Table(file, problems=tuple(wrong), readable=False)
    filled = [(line, cells) for line, cells in records[1:] if any(cell.strip() for cell in cells)]
    problems = [
        WorldProblem(file, line, f"比表头多出单元格“{cells[len(header)]}”，内容里有逗号时请加引号")
        for line, cells in filled
        if any(cell.strip() for cell in cells[len(header) :])
    ]
    rows = tuple(Row(file, line, _named(header, cells)) for line, cells in filled)
    return Table(file, rows, tuple(problems))


def _header_problems(file: str, columns: tuple[str, ...], header: list[str]) -> Iterator[WorldProblem]:
    for column in columns:
        if header.count(column) != 1:
            yield WorldProblem(file, 1, f"{'重复的' if column in header else '缺少'}列 {column}")
    for column in dict.fromkeys(header):
        if column not in columns:
            yield WorldProblem(file, 1, f"不认识的列“{column}”，应为 {','.join(columns)}")


def _named(header: list[str], cells: list[str]) -> dict[str, str]:
    padded = [cell.strip() for cell in cells] + [""] * (len(header) - len(cells))
    return dict(zip(header, padded, strict=False))


def _unreadable(file: str, line: int, message: str) -> Table:
    return Table(file, problems=(WorldProblem(file, line, message),), readable=False)
