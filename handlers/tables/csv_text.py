"""CSV as people save it: UTF-8 with or without BOM, GBK (Excel and WPS in China) or UTF-16; commas or tabs."""

import csv
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

from handlers.tables.table import Record, UnreadableError

MOST_BYTES = 32 * 1024 * 1024
_ENCODINGS = ("utf-8-sig", "gb18030")  # the second one reads GBK too
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
"""The BOMs of Excel's 「Unicode 文本」"""


def limited(path: Path) -> bytes:
    """The file's bytes. Raises UnreadableError if it is larger than any town needs."""
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UnreadableError(f"文件太大，超过 {MOST_BYTES >> 20} MB，不像社区数据")
    return data


def encoding_of(data: bytes) -> str:
    """The file's encoding. Raises UnreadableError if it is none of the usual ones."""
    for encoding in ("utf-16",) if data.startswith(_UTF16) else _ENCODINGS:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableError("编码不是 UTF-8、GBK 或 UTF-16，请另存为“CSV UTF-8”")


def csv_records(data: bytes) -> Iterator[Record]:
    """The records, read line by line to save memory. Raises UnreadableError."""
    text = TextIOWrapper(BytesIO(data), encoding_of(data), newline="")
    head = text.readline()
    text.seek(0)
    line = 1
    reader = csv.reader(text, strict=True, delimiter="\t" if "\t" in head and "," not in head else ",")
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1  # a quoted cell may hold line breaks
    except csv.Error as why:
        raise UnreadableError(f"引号没有配对，或单元格过长（{why}）", line) from None
