"""The sheets of an Excel workbook (.xlsx) as records of text: only values, no styles.

Our own reader, because openpyxl fails on styles that Excel and WPS accept, and unpacks files of any size.
"""

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from handlers.tables.sheets import Formats, SharedWords, SheetRows
from handlers.tables.table import OLD_OFFICE, Record, UnreadableError
from handlers.tables.xml_parts import BROKEN, Attributed, Attributes, read_part


class Workbook:
    """An open workbook: its sheets and their rows."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        main = _only(_relations(archive, "", ""), "officeDocument") or "xl/workbook.xml"
        self._epoch: datetime = CALENDAR_WINDOWS_1900
        self._ids: dict[str, str] = {}
        read_part(archive, main, Attributed(self._take), "目录")
        self._parts = _relations(archive, *posixpath.split(main))
        self._dates: list[bool] = []
        self._words: list[str] | None = None

    @property
    def sheets(self) -> list[str]:
        return list(self._ids)

    def records(self, sheet: str) -> list[Record]:
        """The non-empty rows of a sheet. Raises UnreadableError."""
        if self._words is None:
            self._words, self._dates = self._shared(), self._number_formats()
        rows = SheetRows(self._words, self._dates, self._epoch)
        part = next((each.target for each in self._parts if each.id == self._ids[sheet]), "")
        read_part(self._archive, part, rows, f"工作表“{sheet}”")
        return rows.filled()

    def _take(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            self._ids[attributes.get("name", "")] = attributes.get("id", "")
        elif name == "workbookPr" and attributes.get("date1904") in {"1", "true"}:
            self._epoch = CALENDAR_MAC_1904

    def _shared(self) -> list[str]:
        words = SharedWords()
        if part := _only(self._parts, "sharedStrings"):
            read_part(self._archive, part, words, "文字表")
        return words.found

    def _number_formats(self) -> list[bool]:
        """Which styles are dates. If the styles can't be read, all numbers stay numbers."""
        formats = Formats()
        with suppress(UnreadableError):
            if part := _only(self._parts, "styles"):
                read_part(self._archive, part, formats, "样式")
        return formats.are_dates


@dataclass(frozen=True, slots=True)
class _Relation:
    """A reference from one part of the file to another."""

    id: str
    kind: str
    """The last part of the type's URI, which is the same in both dialects of the format"""
    target: str


def _relations(archive: ZipFile, folder: str, file: str) -> list[_Relation]:
    found: list[_Relation] = []

    def take(name: str, attributes: Attributes) -> None:
        if name == "Relationship":
            kind, target = attributes.get("Type", "").rpartition("/")[2], attributes.get("Target", "")
            inside = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            found.append(_Relation(attributes.get("Id", ""), kind, posixpath.normpath(inside)))

    read_part(archive, posixpath.join(folder, "_rels", f"{file}.rels"), Attributed(take), "目录")
    return found


def _only(relations: list[_Relation], kind: str) -> str:
    return next((each.target for each in relations if each.kind == kind), "")


@contextmanager
def opened(path: Path) -> Iterator[Workbook]:
    """Open a workbook. Raises UnreadableError if it is none."""
    try:
        with ZipFile(path) as archive:
            yield Workbook(archive)
    except (BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise UnreadableError(f"不是能打开的 Excel 工作簿，{_what_else(path)}") from None


def _what_else(path: Path) -> str:
    with path.open("rb") as file:
        old = file.read(len(OLD_OFFICE)) == OLD_OFFICE
    return "是旧版 .xls 或加了密码，请另存为不加密的 .xlsx" if old else BROKEN
