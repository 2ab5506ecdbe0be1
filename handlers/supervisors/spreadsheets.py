"""Write tables as CSV and XLSX files that are safe against formula injection.

Excel, WPS and LibreOffice treat a cell that begins with one of `= + - @` as a formula, in CSV even if quoted, so a
resident's text could make a clerk's computer call out. Such cells get an apostrophe in front, which is not shown.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from models.ticket import CHINA


class Share(float):
    """A rate from 0 to 1, which a sheet shows in percent."""


Cell = str | int | float | datetime | None
Rows = Iterable[Sequence[Cell]]

# Full-width signs too: Excel with Chinese input treats ＝ as =. Some programs skip blanks before a sign.
_FORMULA = re.compile(r"^[\s\ufeff\u200b]*[=+\-@＝＋－﹢﹣＠|%]")
_CONTROLS = re.compile(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]+")
_MOST = 32_000
"""Excel takes 32,767 characters a cell"""
_MOMENT = "yyyy-mm-dd hh:mm"
_WIDTHS: Mapping[type, float] = {datetime: 17, int: 7, float: 9}
_NARROW, _WIDE = 10, 44


def safe_cell(value: str) -> str:
    """The text made safe for a cell: no control characters, one line, no formula."""
    text = ILLEGAL_CHARACTERS_RE.sub("", _CONTROLS.sub(" ", value)).replace("\x7f", "")
    text = text.encode("utf-8", "ignore").decode()[:_MOST]  # lone surrogates can't be written
    return f"'{text}" if _FORMULA.match(text) else text


def write_csv(rows: Rows, file: IO[bytes]) -> int:
    """Write UTF-8 with a BOM, which Excel needs. Returns the number of rows without the heading."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    count = -1
    for count, row in enumerate(rows):  # noqa: B007  (used after the loop)
        writer.writerow([_as_text(cell) for cell in row])
    text.flush()
    text.detach()
    return max(count, 0)


def write_xlsx(rows: Rows, file: IO[bytes], title: str = "工单", more: Mapping[str, Rows] | None = None) -> int:
    """Write typed cells row by row, to save memory. `more`: further sheets. Returns the rows without the heading."""
    book = Workbook(write_only=True)
    count = _write_sheet(book, title, rows)
    for name, others in (more or {}).items():
        _write_sheet(book, name, others)
    book.save(file)
    return count


def _write_sheet(book: Any, title: str, rows: Rows) -> int:  # noqa: ANN401  (openpyxl has no types)
    """A frozen heading with filters; the column widths fit the first rows."""
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    every = iter(rows)
    first = [row for row, _ in zip(every, range(50), strict=False)]
    for column, width in enumerate(_widths(first), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    count = -1
    for count, row in enumerate(_chained(first, every)):
        sheet.append([_cell(sheet, value, is_heading=not count) for value in row])
    if count > 0 and all(first):  # blocks with an empty row between them can't be filtered as one
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(first[0]))}{count + 1}"
    return max(count, 0)


def _chained(first: Sequence[Sequence[Cell]], rest: Iterable[Sequence[Cell]]) -> Iterable[Sequence[Cell]]:
    yield from first
    yield from rest


def _widths(rows: Sequence[Sequence[Cell]]) -> Iterable[float]:
    for column in zip_longest(*rows):
        longest = max((_width(value) for value in column), default=_NARROW)
        yield min(max(longest + 2, _NARROW), _WIDE)


def _width(value: Cell) -> float:
    """The width in letters; a Chinese character counts as two."""
    if not isinstance(value, str):
        return _WIDTHS.get(type(value), 0)
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in value[:_WIDE])


def _cell(sheet: object, value: Cell, *, is_heading: bool) -> WriteOnlyCell:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=value.astimezone(CHINA).replace(tzinfo=None))  # Excel knows no zones
        cell.number_format = _MOMENT
        return cell
    if not isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = "0.0%" if isinstance(value, Share) else "0.0" if isinstance(value, float) else "General"
        return cell
    cell = WriteOnlyCell(sheet, value=safe_cell(value))
    cell.data_type = "s"  # openpyxl would take "=…" for a formula
    if is_heading:
        cell.font = Font(bold=True)
    return cell


def _as_text(value: Cell) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}"
    return safe_cell(value) if isinstance(value, str) else "" if value is None else str(value)


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
