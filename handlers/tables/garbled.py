"""Detect text that was read in a wrong encoding and saved again: 「寰峰皬」 was 「德小」, 「å¾·」 was 「德」."""

from collections.abc import Sequence

_LEFT_OVER = ("\ufffd", "锟斤拷")
"""Replacement characters, left by bytes that could not be decoded"""
_WRONG = ("gb18030", "latin-1", "cp1252")
_LOOKED_AT = 200
"""Number of cells that are enough to judge a table"""


def is_left_over(cell: str) -> bool:
    return any(sign in cell for sign in _LEFT_OVER)


class Misread:
    """Detects UTF-8 decoded in a wrong encoding. Single words may look so by chance (「停水通知」), but not most."""

    def __init__(self) -> None:
        self._foreign = 0
        self._as_utf8 = dict.fromkeys(_WRONG, 0)

    def look_at(self, cells: Sequence[str]) -> None:
        for cell in cells:
            if self._foreign < _LOOKED_AT and not cell.isascii():
                self._foreign += 1
                for encoding in _WRONG:
                    self._as_utf8[encoding] += _reads_as_utf8(cell, encoding)

    def is_likely(self) -> bool:
        return self._foreign > 1 and max(self._as_utf8.values()) > self._foreign / 2


def _reads_as_utf8(cell: str, encoding: str) -> bool:
    try:
        cell.encode(encoding).decode()
    except UnicodeError:
        return False
    return True
