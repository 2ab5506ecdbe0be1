"""Read a table saved as CSV or as a workbook; the first bytes of the file decide which."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from handlers.tables.csv_text import csv_records, limited
from handlers.tables.headings import names_of
from handlers.tables.table import OLD_OFFICE, ZIPPED, Columns, Table, TableError, UnreadableError, table_of, unreadable

if TYPE_CHECKING:
    from handlers.tables.workbook import Workbook


def read_table(path: Path, columns: Columns) -> Table:
    """Read a file as one table; for a workbook, the sheet of the table's name, else the first. Raises OSError."""
    with path.open("rb") as file:
        begins = file.read(len(OLD_OFFICE))
    try:
        if begins.startswith((ZIPPED, OLD_OFFICE)):
            return _only_sheet(path, columns)
        return table_of(path.name, columns, csv_records(limited(path)))
    except UnreadableError as why:
        return unreadable(path.name, why.line, why.message)


def rows_of(path: Path, columns: Columns) -> Table:
    """Like `read_table`, but raises TableError if there is any error."""
    table = read_table(path, columns)
    if table.problems:
        raise TableError(table.problems)
    return table


def read_sheets(path: Path, needed: Mapping[str, Columns], optional: Mapping[str, Columns]) -> dict[str, Table]:
    """The required sheets by name, and the optional ones that exist. Raises UnreadableError."""
    with _opened(path) as book:
        called = {name: _called(book, name) for name in (*needed, *optional)}
        wanted = {**needed, **{name: columns for name, columns in optional.items() if called[name]}}
        return {name: _sheet(path, book, called[name] or name, columns) for name, columns in wanted.items()}


def _sheet(path: Path, book: "Workbook", name: str, columns: Columns) -> Table:
    file = f"{path.name}[{name}]"
    if name not in book.sheets:
        chinese = names_of(columns.table).sheet
        return unreadable(file, 0, f"缺少这个工作表{f'，中文叫“{chinese[0]}”' if chinese else ''}")
    try:
        return table_of(file, columns, book.records(name))
    except UnreadableError as why:
        return unreadable(file, why.line, why.message)


def _called(book: "Workbook", name: str) -> str:
    """The name of a table's sheet in this workbook; "" if there is none."""
    known = (name, *names_of(name).sheet)
    return next((sheet for sheet in book.sheets if sheet.strip().lower() in known), "")


@contextmanager
def _opened(path: Path) -> "Iterator[Workbook]":
    """Open a workbook. Imported here, because the library for its styles loads slowly."""
    from handlers.tables.workbook import opened

    with opened(path) as book:
        yield book


def _only_sheet(path: Path, columns: Columns) -> Table:
    with _opened(path) as book:
        if not book.sheets:
            raise UnreadableError("里面没有工作表")
        name = _called(book, columns.table or path.stem) or book.sheets[0]
        return table_of(f"{path.name}[{name}]", columns, book.records(name))
