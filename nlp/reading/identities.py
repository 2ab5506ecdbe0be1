"""Numbers that identify a person: telephone, identity card, bank card. They are masked before output."""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import NamedTuple


class IdentityKind(StrEnum):
    """What kind of number it is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    IDENTITY_CARD = "identity_card"
    BANK_CARD = "bank_card"


class Identity(NamedTuple):
    """One number in a text."""

    kind: IdentityKind
    number: str
    start: int
    end: int


_GAP = r"[ \-—－.．·_/()（）\u200b\u3000]{0,2}"
_GROUP = re.compile(r"\d+")
_MOST_GROUPS = 4
"""「138 12 345 678」. Digits in more groups are a list of houses, unless each stands alone: 「1 3 8 …」"""
_SPOKEN_DIGIT = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_SPOKEN = re.compile(
    rf"(?<![{_SPOKEN_DIGIT}])[一幺壹][三四五六七八九叁肆伍陆柒捌玖][{_SPOKEN_DIGIT}]{{9}}(?![{_SPOKEN_DIGIT}十百千万])"
)
# Longest first: the middle of an identity number may look like a telephone's.
_PATTERNS = (
    (
        IdentityKind.IDENTITY_CARD,
        re.compile(r"(?<!\d)[1-9]\d{5} ?(?:19|20)\d{2} ?(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]) ?\d{3}[\dXxＸｘ](?!\d)"),
    ),
    (
        IdentityKind.IDENTITY_CARD,
        re.compile(r"(?<!\d)[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)(?<=\d{15})"),
    ),
    (IdentityKind.BANK_CARD, re.compile(r"(?<!\d)(?:62|4\d|5[1-5])\d{2}(?: ?\d{4}){3}(?: ?\d{1,3})?(?!\d)")),
    (IdentityKind.MOBILE, re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")),
    (IdentityKind.MOBILE, _SPOKEN),
    (
        IdentityKind.LANDLINE,
        re.compile(r"(?<!\d)\(?0\d{2,3}\)?[ \-—－]?[2-9]\d{6,7}(?!\d)|(?<=电话)[:：是 ]?[2-9]\d{6,7}(?!\d)"),
    ),
)
_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("＋"): "+", ord("⓪"): "0"}
_FULL_WIDTH |= {ord("①") + digit - 1: str(digit) for digit in range(1, 10)}
_IS_FULL_WIDTH = re.compile(f"[{''.join(map(chr, _FULL_WIDTH))}]")


def find_identities(text: str) -> tuple[Identity, ...]:
    """All such numbers in a text, left to right."""
    plain = text.translate(_FULL_WIDTH) if _IS_FULL_WIDTH.search(text) else text
    return tuple(sorted(_found(plain), key=lambda identity: identity.start))


def _found(text: str) -> Iterator[Identity]:
    taken = bytearray(len(text))
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if kind is IdentityKind.MOBILE and not _is_one_number(match[0]):
                continue
            if taken.find(1, start, end) < 0:
                taken[start:end] = b"\1" * (end - start)
                yield Identity(kind, match[0], start, end)


def _is_one_number(found: str) -> bool:
    groups = _GROUP.findall(found.lstrip("+").removeprefix("86"))
    return len(groups) <= _MOST_GROUPS or all(len(group) == 1 for group in groups)


def mask(text: str, keep: Collection[IdentityKind] = ()) -> str:
    """The text with such numbers masked except their last digits; kinds in `keep` stay, and so does the length."""
    if not any(map(str.isdigit, text)) and not _SPOKEN.search(text):
        return text
    parts, done = [], 0
    for identity in find_identities(text):
        if identity.kind not in keep:
            parts += [text[done : identity.start], _starred(identity.number)]
            done = identity.end
    return "".join([*parts, text[done:]])


def _starred(number: str) -> str:
    """「13800138000」 → 「138****8000」: the owner can still recognise it."""
    keep = 3 if len(number) <= 13 else 1
    return (
        number[:keep] + "*" * (len(number) - keep - 4) + number[-4:]
        if len(number) >= 11
        else "*" * (len(number) - 2) + number[-2:]
    )
