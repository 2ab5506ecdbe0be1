"""The typed fields of template messages: a value that breaks its field's rule is refused, not cut."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.simulator.errors import ApiError, Json

_CLOCK = r"\d{1,2}:\d{2}(:\d{2})?"
_DAY = r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}[-/]\d{1,2}[-/]\d{1,2})"
_MOMENT = rf"({_DAY}( ?{_CLOCK})?|{_CLOCK})"
_RULES = {
    "thing": r".{1,20}",
    "const": r".{1,20}",
    "number": r"-?\d{1,32}(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{_MOMENT}(~{_MOMENT})?",
    "date": rf"{_MOMENT}(~{_MOMENT})?",
    "amount": r"[¥￥$€£]?\d{1,10}(\.\d+)?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "car_number": r".{1,8}",
    "name": r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .·]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
}
_LABELS = {
    "thing": "事项",
    "number": "数量",
    "character_string": "编号",
    "time": "时间",
    "date": "日期",
    "amount": "金额",
    "phone_number": "电话",
    "car_number": "车牌",
    "name": "姓名",
    "phrase": "状态",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class TemplateField:
    key: str
    label: str

    @classmethod
    def of(cls, declared: str) -> Self:
        """`thing1:诉求内容`, or `thing1` alone with the label of its type."""
        key, _, label = declared.partition(":")
        if kind_of(key) not in _RULES:
            raise ValueError(f"no field type of a template: {declared}")
        return cls(key, label or _LABELS.get(kind_of(key), "内容"))

    def value_in(self, data: Mapping[str, Json]) -> str:
        given = data.get(self.key)
        value = given.get("value") if isinstance(given, dict) else None
        text = str(value) if isinstance(value, str | int | float) else ""
        if _CONTROL.search(text) or not re.fullmatch(_RULES[kind_of(self.key)], text):
            raise ApiError(47003, f"data.{self.key}.value invalid")
        return text


def kind_of(key: str) -> str:
    return key.rstrip("0123456789")
