"""Reads a table that a clerk keeps, whether saved as CSV or as a workbook: a file is what its first bytes say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.tables.csv_text import csv_records, limited
from handlers.tables.table import OLD_OFFICE, ZIPPED, Columns, Table, TableError, UnreadableError, table_of, unreadable

if TYPE_CHECKING:
    from handlers.tables.workbook import Workbook


def read_table(path: Path, columns: Columns) -> Table:
    """One file as one table; of a workbook the sheet of the file's name, else the first. Raises OSError."""
    with path.open("rb") as file:
        begins = file.read(len(OLD_OFFICE))
    try:
        if begins.startswith((ZIPPED, OLD_OFFICE)):
            return _only_sheet(path, columns)
        return table_of(path.name, columns, csv_records(limited(path)))
    except UnreadableError as why:
        return unreadable(path.name, why.line, why.message)


def rows_of(path: Path, columns: Columns) -> Table:
    """The same where only a table without a fault will do. Raises TableError."""
    table = read_table(path, columns)
    if table.problems:
        raise TableError(table.problems)
    return table


def read_sheets(path: Path, needed: Mapping[str, Columns], optional: Mapping[str, Columns]) -> dict[str, Table]:
    """Sheets by their names, those that must be there and those that are. Raises UnreadableError."""
    with _opened(path) as book:
        wanted = {**needed, **{name: columns for name, columns in optional.items() if name in book.sheets}}
        tables = {}
        for name, columns in wanted.items():
            file = f"{path.name}[{name}]"
            try:
                there = name in book.sheets
                tables[name] = (
                    table_of(file, columns, book.records(name)) if there else unreadable(file, 0, "缺少这个工作表")
                )
            except UnreadableError as why:
                tables[name] = unreadable(file, why.line, why.message)
        return tables


@contextmanager
def _opened(path: Path) -> "Iterator[Workbook]":
    """Read only where there is a workbook: what its styles mean is known by a library that starts slowly."""
    from handlers.tables.workbook import opened

    with opened(path) as book:
        yield book


def _only_sheet(path: Path, columns: Columns) -> Table:
    with _opened(path) as book:
        if not book.sheets:
            raise UnreadableError("里面没有工作表")
        name = path.stem if path.stem in book.sheets else book.sheets[0]
        return table_of(f"{path.name}[{name}]", columns, book.records(name))
