"""Tables as files that spreadsheet programs open, and that run nothing when opened.

A cell that begins with one of `= + - @` is a formula to Excel, WPS and LibreOffice, in CSV whatever its quotes; a
resident could so make a clerk's machine call out. Such a cell gets an apostrophe before it, which the programs hide.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import IO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

# Full-width signs too: Excel with Chinese input takes ＝ for =. Blanks before a sign are skipped by some programs.
_FORMULA = re.compile(r"^[\s\ufeff\u200b]*[=+\-@＝＋－﹢﹣＠|%]")
_CONTROLS = re.compile(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]+")
_MOST = 32_000
"""Excel takes 32,767 characters a cell"""


def safe_cell(value: str) -> str:
    """What may stand in a cell: no control characters, one line, no formula."""
    text = ILLEGAL_CHARACTERS_RE.sub("", _CONTROLS.sub(" ", value)).replace("\x7f", "")
    text = text.encode("utf-8", "ignore").decode()[:_MOST]  # lone surrogates can't be written
    return f"'{text}" if _FORMULA.match(text) else text


def write_csv(rows: Iterable[Sequence[str]], file: IO[bytes]) -> int:
    """UTF-8 with the mark by which Excel knows it. Returns the number of rows, without the heading."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    count = -1
    for count, row in enumerate(rows):  # noqa: B007  (used after the loop)
        writer.writerow([safe_cell(cell) for cell in row])
    text.flush()
    text.detach()
    return max(count, 0)


def write_xlsx(rows: Iterable[Sequence[str]], file: IO[bytes], title: str = "工单") -> int:
    """Every cell a text, written row by row: memory stays small."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    count = -1
    for count, row in enumerate(rows):  # noqa: B007
        sheet.append([_text_cell(sheet, cell) for cell in row])
    book.save(file)
    return max(count, 0)


def _text_cell(sheet: object, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=safe_cell(value))
    cell.data_type = "s"  # openpyxl would take "=…" for a formula
    return cell


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
