"""Stream the XML parts of a workbook; broken, malicious or too large ones raise UnreadableError."""

import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from handlers.tables.table import UnreadableError

BROKEN = "文件坏了，请用 Excel 或 WPS 打开，另存为一份新的 .xlsx"
_MOST_BYTES = 64 * 1024 * 1024
_MOST_ELEMENTS = 2_000_000
_MOST_ATTRIBUTES = 4_000_000
_CHUNK = 4 * 1024 * 1024
"""Large, because the parser restarts a token that has not ended in its chunk"""
_LONGEST_TAG = 512 * 1024
"""Longer than any cell. The limit matters because the parser compares all attributes of a tag with each other"""
_LONG_TAG = re.compile(rb"<[^<]{%d}" % _LONGEST_TAG)  # an attribute may hold a >, never a <

Attributes = Mapping[str, str]


class Reading(Protocol):
    """Receives a part's elements and text in order; names come without namespaces."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Attributed:
    """A Reading that only receives the attributes of elements."""

    take: Callable[[str, Attributes], None]

    def start(self, name: str, attributes: Attributes) -> None:
        self.take(name, attributes)

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def read_part(archive: ZipFile, name: str, reading: Reading, called: str) -> None:
    """Parse one part; `called` is its name for people. Raises UnreadableError."""
    try:
        part = archive.getinfo(name)
    except KeyError:
        raise UnreadableError(f"里面缺少{called}，{BROKEN}") from None
    if part.file_size > _MOST_BYTES:  # zipfile never unpacks more than this declared size
        size = f"展开有 {part.file_size >> 20} MB，最多 {_MOST_BYTES >> 20} MB"
        raise UnreadableError(f"{called}太大：{size}，请删去用不着的行、列和图")
    try:
        with archive.open(part) as stream:
            parser = _parser(reading, called)
            rest = b""
            while chunk := stream.read(_CHUNK):
                _refuse_long_tags(rest + chunk, called)
                parser.Parse(chunk)
                rest = chunk[chunk.rfind(b"<") :][-_LONGEST_TAG:] if b"<" in chunk[-_LONGEST_TAG:] else b""
            parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise UnreadableError(f"{called}读不出来，{BROKEN}") from None


def _refuse_long_tags(text: bytes, called: str) -> None:
    """Refuse overlong tags before parsing; and UTF-16, which no program writes and in which bytes may look like <."""
    if b"\0" in text:
        raise UnreadableError(f"{called}读不出来，{BROKEN}")
    if _LONG_TAG.search(text):
        raise UnreadableError(f"{called}里有长得不像话的标签或单元格，{BROKEN}")


def _parser(reading: Reading, called: str) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    seen = given = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen, given
        seen, given = seen + 1, given + len(attributes)
        if seen > _MOST_ELEMENTS or given > _MOST_ATTRIBUTES:
            raise UnreadableError(f"{called}太大，请删去用不着的行、列和图")
        reading.start(_local(name), {_local(key): value for key, value in attributes.items()} if attributes else {})

    def refused(*_: object) -> None:
        raise UnreadableError(f"{called}里有表格软件不会写的内容（DOCTYPE），不读")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: reading.end(_local(name))
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = refused
    return parser


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
