"""The limits of a text for WeChat: only characters that XML allows, and no more bytes than WeChat delivers."""

import re
import unicodedata

TEXT_BYTES = 2048  # measured by several people, not documented: a longer passive reply shows the outage notice

CUT = "…"
"""The default end of a text that was cut"""

# Everything outside XML 1.0's Char: controls, lone surrogates, the two non-characters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FIRST_PLANE = 0x10000
_LINE_SHARE = 2 / 3  # cut at a line's end only if at least this share of the text stays


def printable(text: str) -> str:
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def fit_bytes(text: str, ending: str = CUT, limit: int = TEXT_BYTES) -> str:
    """`text` if it fits, else its beginning and `ending`, cut at a line's end or between two characters."""
    if len(text.encode()) <= limit:
        return text
    room = max(0, limit - len(ending.encode()))
    kept = _whole_characters(text, len(text.encode()[:room].decode(errors="ignore")))
    line = kept.rfind("\n")
    return (kept[:line] if line > len(kept) * _LINE_SHARE else kept) + ending


def shortened(text: str, limit: int = 600) -> str:
    """The beginning of a text without emoji, for when the platform refused it for its length or content."""
    plain = "".join(letter for letter in printable(text) if ord(letter) < _FIRST_PLANE)
    return fit_bytes(plain, "…", limit)


def _whole_characters(text: str, end: int) -> str:
    """The first `end` code points, without an incomplete character made of several (emoji families, accents)."""
    while 0 < end < len(text) and _continues(text[end - 1], text[end]):
        end -= 1
    return text[:end]


def _continues(before: str, after: str) -> bool:
    return (
        _JOINER in {before, after}
        or ord(after) in _SKIN_TONES
        or unicodedata.category(after) in {"Mn", "Me"}  # accents, variation selectors, keycaps
    )
