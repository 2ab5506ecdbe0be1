"""The rules of template messages' fields: the platform refuses (47003) a value that breaks its field's rule.

A field's name tells its rule: `thing1`, `time2`, `phrase3`. Fields of the old kind (`first`, `keyword1`) have none.
"""

import re
from collections.abc import Callable, Mapping

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_KIND = re.compile(r"([a-z_]+?)_?\d+")
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MARKS = re.compile(rf"[^0-9A-Za-z{_HAN}]")
_WITH_A_FORM = ("time", "date", "enum", "const", "amount", "character_string")
_NOTHING = "无"
_NOTHING_OF = {"number": "0", "amount": "0", "phone_number": "0", "letter": "N", "symbol": "-", "character_string": "-"}


def fit(field_key: str, value: str) -> str:
    """`value` in the field's form: one line, only the field's characters, short enough."""
    line = _BREAKS.sub(" ", value).strip()
    named = _KIND.fullmatch(field_key)
    kind = named.group(1) if named else ""
    return _RULES.get(kind, _old_field)(line).strip() or _NOTHING_OF.get(kind, _NOTHING)  # empty is refused too


def plainly(data: Mapping[str, str]) -> dict[str, str]:
    """Simpler values, for when the platform refused fitting ones; fields with a fixed form stay."""
    return {key: value if key.startswith(_WITH_A_FORM) else _plain(value) for key, value in data.items()}


def _plain(value: str) -> str:
    return _shorten(_MARKS.sub("", value), 10, ending="")


def _shorten(text: str, most: int, ending: str = "…") -> str:
    """Counted in UTF-16 units as the platform does: a character beyond the first plane is two."""
    if _units(text) <= most:
        return text
    kept = ""
    for character in text:
        if _units(kept + character + ending) > most:
            break
        kept += character
    return kept + ending


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _only(allowed: str, most: int) -> Callable[[str], str]:
    others = re.compile(f"[^{allowed}]")
    return lambda text: _shorten(others.sub("", text), most, ending="")


def _name(text: str) -> str:
    """Ten Chinese characters or twenty letters; digits and marks are not part of a name here."""
    letters = re.sub(rf"[^A-Za-z{_HAN}· ]", "", text).strip()
    return _shorten(letters, 10 if re.search(f"[{_HAN}]", letters) else 20, ending="")


def _old_field(text: str) -> str:
    return _shorten(text, 200)


_RULES: Mapping[str, Callable[[str], str]] = {
    "thing": lambda text: _shorten(text, 20),
    "number": _only("0-9.", 32),
    "letter": _only("A-Za-z", 32),
    "symbol": _only(r"!-/:-@\[-`{-~", 5),
    "character_string": _only("!-~ ", 32),
    "phone_number": _only("0-9+-", 17),
    "car_number": _only(rf"0-9A-Z{_HAN}", 8),
    "amount": _only("0-9.,¥￥$元", 13),
    "name": _name,
    "phrase": _only(_HAN, 5),
}
"""Kinds with a fixed form (time, date, enum, const) are missing: cutting can't help, the caller must format them."""
