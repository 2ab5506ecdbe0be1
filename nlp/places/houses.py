"""House numbers in all common forms: 3号楼 三号楼 3栋 3# B座 三单元 2门 502室 5楼 3-2-502."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.places.words import either

_NUMERAL = "零〇一二两三四五六七八九十百廿卅"
_N = rf"(?:[0-9]{{1,4}}|[{_NUMERAL}]{{1,4}})"
_BUILDING = re.compile(
    rf"(?<![0-9a-z.])(?!一[栋幢]楼)(?:(?P<zone>[a-z])区\s*)?(?P<n>{_N}|[a-z][0-9]{{0,2}}|[甲乙丙丁])\s*(?:号楼|号院|栋|幢|座|#楼?)"
)
_UNIT = re.compile(
    rf"(?<![0-9a-z])(?P<n>{_N}|[a-z]|[甲乙丙丁东西中])\s*(?:单元|门洞|门(?=[0-9]{{3,4}}|{_N}[层楼]))"
    r"|(?<=[0-9][栋幢])\s?(?P<m>[a-z甲乙丙丁])座"
)
_ROOM = re.compile(
    r"(?<![0-9])(?P<n>[0-9]{3,4})(?:室|号房|房间|房|户|号(?![0-9线楼院街路]))"
    r"|(?<=[元栋幢座门#楼层])\s?(?P<m>[a-z]?[0-9]{3,4})(?![0-9年号路月块元米平多栋天])"
)
_FLOOR = re.compile(rf"(?<![0-9a-z号])(?P<n>(?:负|地下|-)?{_N})(?:楼|层)(?![栋道梯顶上下盘市层房])")
_AND_DASH = re.compile(
    rf"(?<![0-9a-z.])(?P<building>{_N}|[a-z][0-9]{{0,2}})\s*(?:号楼|号|栋|幢|座|#楼?)\s*[,，、—–-]?\s*"
    r"(?P<unit>[0-9]{1,2})\s*[-—–/]\s*(?P<room>[0-9]{3,4})(?![0-9-])"
)
_BEHIND_NAME = re.compile(
    rf"^[\s,，、的]{{0,2}}(?P<building>{_N}|[a-z])号(?!楼|院)[\s,，-]*(?:(?P<unit>{_N})单元)?[\s,，]*"
    r"(?P<room>[0-9]{3,4})(?:室|房|户)?(?![0-9年月元块])"
)
"""「5号602室」: behind the name of a compound or a lane the number is the house's"""
_TWO = rf"(?:{_N}|[a-z])\s*(?:号楼|栋|幢|座|#)"
_BETWEEN = re.compile(rf"(?:{_N}|[a-z])\s*(?:号楼|栋|幢|座|#)?\s*[和与跟、到]\s*{_TWO}\s*(?:之间|中间|当中)")
"""「2号楼和3号楼之间」 is neither"""
_WORDED_ROOM = re.compile(
    r"(?:(?<=单元)|(?<=号楼)|(?<=[栋幢座]))(?P<n>[零〇一二三四五六七八九]{3,4})(?:室|号|房)?(?![户层楼十百])"
)
_DASHES = re.compile(
    r"(?<![0-9a-z-])(?P<building>[0-9]{1,3}|[a-z][0-9]{0,2})[-—–](?P<unit>[0-9]{1,2})[-—–](?P<room>[0-9]{3,4})(?![0-9-])"
)
_PAIR = re.compile(r"(?<![0-9a-z-])(?P<building>[0-9]{1,3})[-—–](?P<room>[0-9]{3,4})(?![0-9-])")
_HINT = re.compile(rf"[0-9a-z{_NUMERAL}甲乙丙丁东西中](?:[0-9]{{2}}|\s*[号栋幢座#单门楼层]|[-—–][0-9])")
"""In every house number; it begins with one of few characters, so that a text without any is done with at once"""
_NO_ADDRESS = re.compile(rf"{either('numbered')}[号是为:： ]{{0,2}}[0-9]{{2,}}号?")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_APART = 3  # characters between the parts of one address; further on it is another address
_BELOW = ("负", "地下", "-")


@dataclass(frozen=True, slots=True)
class House:
    """The parts of an address after the place's name; "" if not given."""

    start: int
    end: int
    building: str = ""
    unit: str = ""
    room: str = ""
    floor: str = ""


def find_house(text: str, *, behind_name: bool = False) -> House | None:
    """The first building, unit, room and floor of a plain text. `behind_name`: it follows a compound's name."""
    if not _HINT.search(text) or _BETWEEN.search(text):
        return None
    text = _NO_ADDRESS.sub(lambda found: "·" * len(found[0]), text)
    for pattern in (*((_BEHIND_NAME,) if behind_name else ()), _AND_DASH, _DASHES, _PAIR):
        if dashes := pattern.search(text):
            said = {name: number(words) for name, words in dashes.groupdict().items() if words}
            first, last = dashes.span()
            return House(first, last, said["building"], said.get("unit", ""), said["room"])
    room = _ROOM.search(text) or _WORDED_ROOM.search(text)
    found = [_BUILDING.search(text), _UNIT.search(text), room, _FLOOR.search(text)]
    spans = [match.span() for match in found if match]
    if not spans:
        return None
    start, end = _together(spans)
    building, unit, flat, floor = (_said(match) if match and start <= match.start() < end else "" for match in found)
    return House(start, end, building, unit, flat, floor)


def number(words: str) -> str:
    """「三」「十二」「二十四」「一〇三」「b」 → 3, 12, 24, 103, B."""
    if words[0] not in _NUMERAL:
        return words.upper().lstrip("0") or words
    if not set(words) & set("十百廿卅"):
        return "".join(str(_DIGITS[digit]) for digit in words)
    words = words.replace("廿", "二十").replace("卅", "三十")
    total, digit = 0, 0
    for sign in words:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[sign]
    return str(total + digit)


def _said(match: re.Match[str]) -> str:
    zone = match.groupdict().get("zone") or ""  # 「A区7栋」 is A7, another one than 7栋
    words = match["n"] or match["m"] if "m" in match.groupdict() else match["n"]
    if zone:
        return zone.upper() + number(words)
    for below in _BELOW:
        if words.startswith(below):
            return f"-{number(words.removeprefix(below))}"
    return number(words)


def _together(spans: Iterable[tuple[int, int]]) -> tuple[int, int]:
    (start, end), *rest = sorted(spans)
    for next_start, next_end in rest:
        if next_start - end > _APART:
            break
        end = max(end, next_end)
    return start, end
