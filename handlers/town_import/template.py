"""An empty workbook for the clerk, with Chinese sheets and headings, help, drop-downs and examples in grey."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from handlers.tables.headings import Names, names_of
from handlers.tables.table import EXAMPLE, Columns
from handlers.town_import.tables import COLUMNS, OPTIONAL

_ROWS = 2000
"""The last row with drop-downs"""
_HEADER = 2
_GREY = Font(color="999999", italic=True)
_WIDTHS = {"answer": 50, "also": 40, "question": 30, "name": 22, "openid": 32, "aliases": 26, "source": 22, "days": 22}
_SEVERAL = frozenset({"roles"})
"""Columns that may contain several of the offered words"""


def write_template(path: Path) -> None:
    """Write the workbook. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.remove(book.active)
    for table, columns in {**COLUMNS, **OPTIONAL}.items():
        _fill(book.create_sheet(names_of(table).sheet[0]), names_of(table), columns)
    book.save(path)


def _fill(sheet: Any, names: Names, columns: Columns) -> None:  # noqa: ANN401  (openpyxl has no types)
    shown = [column for column in names.columns if column in columns.known]
    sheet.append([names.help])
    sheet.append([names.columns[column][0] + ("*" if column in _must(columns) else "") for column in shown])
    for example in names.examples:
        sheet.append([f"{EXAMPLE}{example[0]}", *example[1:]])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(shown))
    sheet.cell(1, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[1].height = 32
    for number, column in enumerate(shown, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, 16)
        sheet.cell(_HEADER, number).font = Font(bold=True)
        sheet.cell(_HEADER, number).fill = PatternFill("solid", fgColor="DDEBF7")
        for row in range(_HEADER + 1, _HEADER + 1 + len(names.examples)):
            sheet.cell(row, number).font = _GREY
        for row in range(_HEADER + 1, 200):
            sheet.cell(row, number).number_format = "@"  # text, or Excel would turn 1-6 into a date
        _offer(sheet, list(names.chinese(column).values()), letter, strictly=column not in _SEVERAL)
    sheet.freeze_panes = sheet.cell(_HEADER + 1, 1)


def _must(columns: Columns) -> set[str]:
    """Columns that no row may leave empty."""
    return {column for column in columns.needed if column in {"code", "name", "level", "question", "answer", "person"}}


def _offer(sheet: Any, words: list[str], letter: str, *, strictly: bool) -> None:  # noqa: ANN401
    if not words:
        return
    offered = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=strictly)
    sheet.add_data_validation(offered)
    offered.add(f"{letter}{_HEADER + 1}:{letter}{_ROWS}")
