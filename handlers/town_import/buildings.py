"""Convert buildings as clerks write them (「1-12栋」「1～6」「１、２号楼」, 「1-199号单号」) to `1-12;15;A`."""

import re
from unicodedata import normalize

from handlers.tables.headings import words_of

_RANGE_SIGNS = re.compile(r"\s*(?:[-~―–—－−‐]+|[至到])\s*")
_HOUSE = re.compile(r"(?:号楼|栋楼|幢楼|座楼|号栋|栋|幢|楼|座|号|#)")
_SIDE = re.compile(r"^(?P<first>[单双])号?(?P<numbers>\d.*)|(?P<range>.*\d)号?[(]?(?P<last>[单双])(?:号|侧|数)*[)]?$")
_DATE = re.compile(r"\d{4}-\d{1,2}(?:-\d{1,2})?(?:T.*)?")


def plain_buildings(text: str) -> str:
    """The stored form. A date stays as it is and is reported as an error: Excel made it from a range."""
    said = normalize("NFKC", text).strip()
    if not said or _DATE.fullmatch(said):
        return text
    words = (_RANGE_SIGNS.sub("-", _HOUSE.sub("", _with_side_last(word))) for word in words_of(said.replace(" ", ";")))
    return ";".join(word for word in words if word)


def _with_side_last(word: str) -> str:
    """「单号1-199」「1-199号（单号）」 → 1-199单."""
    found = _SIDE.match(word)
    if not found:
        return word
    return f"{found['numbers'] or found['range']}{found['first'] or found['last']}"
