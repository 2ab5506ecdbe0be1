"""A table as rows of text, with its errors: file or sheet, row, and how to fix it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from handlers.tables.garbled import Misread, is_left_over
from handlers.tables.headings import Names, names_of, words_of

MOST_ROWS = 200_000
"""Twice a town of 100,000 places"""
_MOST_LINES = 1_000_000
"""Including empty ones; close to Excel's own limit"""
MOST_CELLS = 3_000_000
MOST_COLUMNS = 16_384
_MOST_TOLD = 300
"""Most errors shown at once"""
LONGEST_CELL = 32_767
"""Excel's own limit"""

Record = tuple[int, list[str]]
"""The line where the record begins, and its cells"""

ZIPPED = b"PK"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""First bytes of workbooks: ZIPPED for .xlsx, OLD_OFFICE for .xls"""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error and its place. `line` counts from 1, header included (in a sheet: the row); 0 is the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file} 第{self.line}行：{self.message}" if self.line else f"{self.file}：{self.message}"


class TableError(Exception):
    """The tables are invalid; `problems` holds all errors, not just the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems[:_MOST_TOLD])) + self._more())

    def _more(self) -> str:
        more = len(self.problems) - _MOST_TOLD
        return f"\n……还有 {more} 处，改好上面这些再查一次" if more > 0 else ""


class UnreadableError(Exception):
    """A file or sheet can't be read as a table; the message tells the clerk why."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True, slots=True)
class Columns:
    """The required and optional columns of a table."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    table: str = ""
    """The key of its Chinese names (handlers.tables.headings)"""
    others: bool = False
    """Unknown columns are ignored, because another program made the table"""

    @property
    def known(self) -> tuple[str, ...]:
        return self.needed + self.optional


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column names, cells stripped. An optional column that the table lacks is ""."""

    file: str
    line: int
    cells: Mapping[str, str]
    names: Names = field(default_factory=Names)
    """The names used in the header; errors use the same language"""

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def words(self, column: str) -> tuple[str, ...]:
        """The words of a cell, separated by `;`、，, without duplicates."""
        return words_of(self[column])

    def sentences(self, column: str) -> tuple[str, ...]:
        """The sentences of a cell, separated by `;`; commas are part of them."""
        parts = (each.strip() for each in self[column].replace("；", ";").replace("\n", ";").split(";"))
        return tuple(dict.fromkeys(each for each in parts if each))

    def problem(self, message: str) -> Problem:
        return Problem(self.file, self.line, message)

    def empty(self, column: str) -> Problem:
        return self.problem(f"{self.names.title(column)} 不能为空")

    def unknown(self, what: str, word: str, table: str, known_by: str = "编号，或不重复的名称") -> Problem:
        """The error that a word names no row of another table."""
        there = names_of(table).sheet[0] if self.names.sheet else table
        return self.problem(f"{what}“{word}”不在 {there} 里，写那张表里的{known_by}")

    def choices(self, column: str, values: Iterable[str]) -> str:
        """The allowed words of a column, for an error message."""
        words = self.names.chinese(column)
        return "、".join(words.get(value, value) for value in values)


@dataclass(frozen=True, slots=True)
class Table:
    """One file or sheet. If not `readable`, its rows are unknown, so references to it can't be checked."""

    file: str
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    readable: bool = True


def empty_cells(row: Row, *columns: str) -> Iterator[Problem]:
    """Errors for required cells that are empty."""
    for column in columns:
        if not row[column]:
            yield row.empty(column)


def repeated(rows: Iterable[Row], column: str) -> Iterator[Problem]:
    """Errors for values that an earlier row already has."""
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row[column], row.line)
        if row[column] and first != row.line:
            yield row.problem(f"{row.names.title(column)}“{row[column]}”与第{first}行重复")


def unreadable(file: str, line: int, message: str) -> Table:
    return Table(file, problems=(Problem(file, line, message),), readable=False)


def table_of(file: str, columns: Columns, records: Iterable[Record]) -> Table:
    """The table of records under their header. Empty rows are skipped, as spreadsheets leave them behind."""
    try:
        return _table(file, columns, _counted(records))
    except UnreadableError as why:
        return unreadable(file, why.line, why.message)


def _table(file: str, columns: Columns, records: Iterator[Record]) -> Table:
    names = names_of(columns.table)
    line, written, records = _header(columns, names, records)
    told = Names() if all(map(str.isascii, written)) else names
    if not written:
        return unreadable(file, line, f"没有表头，应为 {_titles(told, columns)}")
    header = [names.column(cell, columns.known) for cell in written]
    wrong = tuple(_header_problems(file, line, columns, header, told))
    if wrong:
        return Table(file, problems=wrong, readable=False)
    rows, problems = list[Row](), list[Problem]()
    every = [*header, *(column for column in columns.optional if column not in header)]
    for line, cells in records:
        if cells[0].startswith(EXAMPLE):
            continue
        if len(cells) > len(header):
            more = next(cell for cell in cells[len(header) :] if cell)
            problems.append(Problem(file, line, f"比表头多出单元格“{more}”，内容里有逗号时请加引号"))
        given = dict(zip(every, chain(cells[: len(header)], _EMPTY), strict=False))
        rows.append(Row(file, line, {column: _read(names, column, cell) for column, cell in given.items()}, told))
    return Table(file, tuple(rows), tuple(problems))


_EMPTY = ("",) * 64
EXAMPLE = "例："
"""Prefix of the first cell of an example row, which is skipped"""
_ABOVE = 5
"""Most rows (titles, help) above the header"""
_WHOLE = re.compile(r"(\d+)\.0+")


def _header(columns: Columns, names: Names, records: Iterator[Record]) -> tuple[int, list[str], Iterator[Record]]:
    """The header as written: the first row that names two of the columns (or the only one); else the first row, whose
    errors are reported.
    """
    above = list(islice(records, _ABOVE))
    for number, (line, cells) in enumerate(above):
        header = [names.column(cell, columns.known) for cell in cells]
        if len(set(header) & set(columns.known)) >= min(2, len(columns.needed)):
            return line, cells, chain(above[number + 1 :], records)
    line, cells = above[0] if above else (1, [])
    return line, cells, chain(above[1:], records)


def _read(names: Names, column: str, cell: str) -> str:
    """The cell's value; a number such as 「12.0」 that a spreadsheet made from text becomes 「12」 again."""
    if cell.endswith("0") and (whole := _WHOLE.fullmatch(cell)):
        cell = whole[1]
    return names.value(column, cell)


def _counted(records: Iterable[Record]) -> Iterator[Record]:
    """Non-empty records without trailing empty cells. Raises UnreadableError if they are too many or garbled."""
    rows = cells = 0
    misread, first = Misread(), ("", 0)
    for number, (line, record) in enumerate(records):
        if number > _MOST_LINES:
            raise UnreadableError(f"太大了：有 {_MOST_LINES} 多行，多半是空的，请删去用不着的行")
        if len(record) > MOST_COLUMNS:
            raise UnreadableError(f"有 {len(record)} 列，最多 {MOST_COLUMNS} 列", line)
        stripped = [cell.strip() for cell in record]
        while stripped and not stripped[-1]:
            stripped.pop()
        if not stripped:
            continue
        _refuse_garbled(line, stripped)
        misread.look_at(stripped)
        first = first if first[0] else (next((cell for cell in stripped if not cell.isascii()), ""), line)
        rows, cells = rows + 1, cells + len(stripped)
        if rows > MOST_ROWS or cells > MOST_CELLS:
            raise UnreadableError(f"太大了：最多 {MOST_ROWS} 行、{MOST_CELLS} 个单元格，请分开或删去用不着的行")
        yield line, stripped
    if misread.is_likely():
        raise _garbled(*first)


def _refuse_garbled(line: int, cells: Sequence[str]) -> None:
    for cell in cells:
        if len(cell) > LONGEST_CELL:
            raise UnreadableError(f"有一个单元格长 {len(cell)} 个字，最多 {LONGEST_CELL} 个", line)
        if not cell.isprintable() and any(sign < " " and sign not in "\t\r\n" for sign in cell):
            raise UnreadableError("有看不见的控制字符，文件可能坏了，请从原来的表重新另存一次", line)
        if is_left_over(cell):
            raise _garbled(cell, line)


def _garbled(cell: str, line: int) -> UnreadableError:
    return UnreadableError(f"“{cell[:20]}”是乱码，存的时候编码弄错过，请从原来的表重新另存一次", line)


def _titles(told: Names, columns: Columns) -> str:
    return ",".join(map(told.title, columns.known))


def _header_problems(file: str, line: int, columns: Columns, header: list[str], told: Names) -> Iterator[Problem]:
    for column in columns.known:
        times = header.count(column)
        if times > 1 or (not times and column in columns.needed):
            yield Problem(file, line, f"{'重复的' if times else '缺少'}列 {told.title(column)}")
    for column in dict.fromkeys(header):
        if column not in columns.known and not columns.others:
            yield Problem(file, line, f"不认识的列“{column}”，应为 {_titles(told, columns)}")
