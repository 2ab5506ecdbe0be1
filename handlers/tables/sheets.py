"""Parse a workbook's parts: shared strings, date formats, and a sheet's cells as people see them."""

import re
from collections.abc import Sequence
from datetime import datetime, time

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import from_excel

from handlers.tables.table import LONGEST_CELL, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Record, UnreadableError
from handlers.tables.xml_parts import Attributes

_CHINESE_DATES = frozenset({*range(27, 37), *range(50, 59)})
"""Built-in formats without a code in the file, which only East Asian Excel writes"""
_LETTERS = re.compile(r"[A-Z]{1,3}")
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_MOST_MERGED = 1_000
"""Most merged areas, and most rows of one; more is no hand-made table"""
_MOST_WORDS = 1_000_000
"""Most distinct shared strings in a workbook"""


class _Words:
    """Collects the text of a cell, which may come in pieces."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_CELL:
            raise UnreadableError(f"有一个单元格超过 {LONGEST_CELL} 个字")
        self._pieces.append(text)

    def taken(self) -> str:
        whole = "".join(self._pieces)
        self._pieces, self._length = [], 0
        return whole


class SharedWords:
    """The shared strings, to which cells refer by number."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._words, self._in_text, self._aloud = _Words(), False, False

    def start(self, name: str, _: Attributes) -> None:
        self._in_text = name == "t" and not self._aloud
        self._aloud = self._aloud or name == "rPh"  # skip phonetic guides

    def end(self, name: str) -> None:
        self._in_text = False
        if name == "rPh":
            self._aloud = False
        elif name == "si":
            self.found.append(self._words.taken())
            if len(self.found) > _MOST_WORDS:
                raise UnreadableError("文字表太大，请删去用不着的行")

    def text(self, text: str) -> None:
        if self._in_text:
            self._words.add(text)


class Formats:
    """Which cell styles show a number as a date or time."""

    def __init__(self) -> None:
        self.are_dates: list[bool] = []
        self._own: dict[str, str] = {}
        self._of_cells = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells:
            self.are_dates.append(self._is_date(attributes.get("numFmtId", "0")))

    def end(self, name: str) -> None:
        self._of_cells = self._of_cells and name != "cellXfs"

    def text(self, text: str) -> None: ...

    def _is_date(self, number: str) -> bool:
        if number in self._own:
            return bool(is_date_format(self._own[number]))
        known = int(number) if number.isdecimal() and len(number) < 9 else 0
        return known in _CHINESE_DATES or bool(is_date_format(BUILTIN_FORMATS.get(known, "General")))


class SheetRows:
    """The rows of a sheet. Programs may omit the numbers of rows and cells, which are then counted."""

    def __init__(self, shared: Sequence[str], are_dates: Sequence[bool], epoch: datetime) -> None:
        self.records: list[Record] = []
        self._shared, self._are_dates, self._epoch = shared, are_dates, epoch
        self._line = self._column = self._cells = 0
        self._row: dict[int, str] = {}
        self._kind, self._style = "", ""
        self._words, self._in_value = _Words(), False
        self._merged: list[tuple[int, int, int, int]] = []

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "c":
            self._column = _column(attributes.get("r", "")) or self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
        elif name == "row":
            given = attributes.get("r", "")
            self._line = int(given) if given.isdecimal() and len(given) < 9 else self._line + 1
            self._column, self._row = 0, {}
        self._in_value = name in {"v", "t"}

    def end(self, name: str) -> None:
        self._in_value = False
        if name == "c":
            if words := self._words.taken():
                self._row[self._column] = self._shown(words)
        elif name == "row" and self._row:
            self._keep()

    def text(self, text: str) -> None:
        if self._in_value:
            self._words.add(text)

    def filled(self) -> list[Record]:
        """The rows; each row of a vertically merged area gets the value of its first cell."""
        by_line = dict(self.records) if self._merged else {}
        for first, last, column, end in self._merged:
            written = by_line.get(first, [])[column - 1 : column]
            if column != end or not written or not written[0]:
                continue
            for line in range(first + 1, min(last, first + _MOST_MERGED) + 1):
                cells = by_line.get(line)
                if cells is not None and not any(cells[column - 1 : column]):
                    cells += [""] * (column - len(cells))
                    cells[column - 1] = written[0]
        return self.records

    def _merge(self, reference: str) -> None:
        found = _AREA.fullmatch(reference)
        if found and len(self._merged) < _MOST_MERGED:
            self._merged.append((int(found[2]), int(found[4]), _column(found[1]), _column(found[3])))

    def _keep(self) -> None:
        width = max(self._row)
        self._cells += width
        if width > MOST_COLUMNS or self._cells > MOST_CELLS or len(self.records) > MOST_ROWS:
            raise UnreadableError(f"太大了：最多 {MOST_ROWS} 行、{MOST_CELLS} 个单元格，请删去用不着的行和列")
        self.records.append((self._line, [self._row.get(column, "") for column in range(1, width + 1)]))

    def _shown(self, words: str) -> str:
        """The cell as people see it. Excel may have turned `1-6` into a date, which the checks report."""
        if self._kind == "s":
            number = int(words) if words.isdecimal() else -1
            if not 0 <= number < len(self._shared):
                raise UnreadableError("单元格指向的文字不在文件里，文件坏了", self._line)
            return self._shared[number]
        if self._kind == "n":
            dated = self._style.isdecimal() and int(self._style) < len(self._are_dates)
            return _number(words, self._epoch if dated and self._are_dates[int(self._style)] else None)
        return {"0": "FALSE", "1": "TRUE"}.get(words, words) if self._kind == "b" else words


def _column(reference: str) -> int:
    """The column number: 「BC12」 → 55; 0 if there is none."""
    letters = _LETTERS.match(reference)
    number = 0
    for letter in letters[0] if letters else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _number(words: str, epoch: datetime | None) -> str:
    try:
        value = float(words)
        seen = from_excel(value, epoch) if epoch else None
    except (ValueError, OverflowError):
        return words
    if isinstance(seen, datetime):
        return seen.date().isoformat() if seen.time() == time() else seen.isoformat()
    if seen is not None:
        return str(seen)
    return str(int(value)) if value.is_integer() else str(value)
