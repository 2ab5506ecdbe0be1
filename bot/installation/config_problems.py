"""Errors in config.yaml, in Chinese with their line."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

from bot.installation.operator_errors import of_file
from handlers.town.wordings import LOADER

Place = tuple[str | int, ...]
"""The path to a value: ("routing", "rules", 3, "when")"""


class ConfigError(Exception):
    """config.yaml or the environment is wrong; `problems` has a line for each error, in Chinese, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file's content, and the line of each key and list entry."""

    values: dict[str, Any]
    lines: dict[Place, int]


def read_file(path: Path) -> ConfigFile:
    """Raises ConfigError if it is not YAML or not a mapping."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), LOADER)
        values = SafeConstructor().construct_document(root) if root else None
    except OSError as error:
        raise ConfigError([f"读不到 {path.name}：{of_file(error)}"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" 第{mark.line + 1}行" if mark else ""
        raise ConfigError([f"{path.name}{line}：{_broken(error)}"]) from None
    if root is None or not isinstance(values, dict):
        raise ConfigError([f"{path.name}：应为“键: 值”的形式"])
    if doubled := [
        f"{path.name} 第{second}行 {key}：第{first}行已经写过，只留一处" for key, first, second in _doubled(root)
    ]:
        raise ConfigError(doubled)
    return ConfigFile(values, _lines_of(root))


def _broken(error: Exception) -> str:
    """A syntax error in words for somebody who doesn't know YAML."""
    if isinstance(error, UnicodeDecodeError):
        return "编码应为 UTF-8，请另存为 UTF-8"
    why = str(getattr(error, "problem", "")) + str(getattr(error, "context", ""))
    said = next((said for sign, said in _SHAPES.items() if sign in why), "标点或缩进不对")
    return f"不是正确的 YAML：{said}"


_SHAPES = {
    "cannot start any token": "有不能放在这里的字符，常见的是缩进用了制表符，请改成空格",
    "mapping values are not allowed": "缩进不对，或一行里有两个冒号（值里有冒号的请加引号）",
    "could not find expected ':'": "这一行少了冒号",
    "expected <block end>": "缩进和上面的行没有对齐",
    "quoted scalar": "引号没有成对",
    "flow": "方括号或花括号没有成对",
}
"""Parts of the parser's messages → our text"""


def _doubled(node: yaml.Node, place: Place = ()) -> Iterator[tuple[str, int, int]]:
    """Doubled keys, of which YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                yield dotted((*place, key.value)), seen[key.value], line
            seen[key.value] = line
            yield from _doubled(value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _doubled(value, (*place, index))


def _lines_of(node: yaml.Node, place: Place = ()) -> dict[Place, int]:
    lines: dict[Place, int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[*place, key.value] = key.start_mark.line + 1
            lines |= _lines_of(value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[*place, index] = value.start_mark.line + 1
            lines |= _lines_of(value, (*place, index))
    return lines


def dotted(place: Place) -> str:
    """「routing.rules[3].when」."""
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place).lstrip(".")


def problem(file: str, lines: Mapping[Place, int], error: Any) -> str:  # noqa: ANN401  (pydantic's own dict)
    """One error of pydantic as a line."""
    place: Place = tuple(each for each in error["loc"] if each != "[key]")  # pydantic's mark of a wrong key
    return f"{_where(file, lines, place, error['type'])}{dotted(place)}：{_said(error)}"


def _where(file: str, lines: Mapping[Place, int], place: Place, kind: str) -> str:
    variable = "BOT_" + "__".join(str(each).upper() for each in place)
    if place in lines and not os.environ.get(variable):  # the environment has priority
        return f"{file} 第{lines[place]}行 "
    if kind != "missing":
        return f"环境变量 {variable} "
    known = next((place[:size] for size in range(len(place), 0, -1) if place[:size] in lines), None)
    return f"{file} 第{lines[known]}行 " if known else f"{file} 或环境变量 "


def _said(error: Any) -> str:  # noqa: ANN401
    template = next((said for kinds, said in _SENTENCES.items() if error["type"] in kinds), None)
    if template is None:
        return str(error["msg"]).removeprefix("Value error, ")
    facts = {name: _list(str(value)) for name, value in error.get("ctx", {}).items()}
    return template.format_map(facts)


def _list(words: str) -> str:
    """「'a', 'b' or 'c'」 → 「a、b、c」."""
    return re.sub(r"', '|' or '", "、", words).strip("'")


_SENTENCES = {
    ("extra_forbidden",): "不认识这个键",
    ("missing",): "缺少这一项",
    ("int_parsing", "int_type", "int_from_float"): "应为整数",
    ("float_parsing", "float_type"): "应为数字",
    ("bool_parsing", "bool_type"): "应为 true 或 false",
    ("string_type",): "应为文字，请加引号",
    ("greater_than",): "应大于 {gt}",
    ("greater_than_equal",): "不能小于 {ge}",
    ("less_than",): "应小于 {lt}",
    ("less_than_equal",): "不能大于 {le}",
    ("literal_error", "enum"): "应为 {expected} 之一",
    ("string_pattern_mismatch",): "写法不对，应为 {pattern}",
    ("time_parsing", "time_type", "time_delta_parsing"): '应为时间，如 "08:30"',
    (
        "date_parsing",
        "date_type",
        "date_from_datetime_parsing",
        "date_from_datetime_inexact",
    ): "应为日期，如 2026-12-31",
    ("tuple_type", "list_type", "set_type", "frozen_set_type"): "应为列表，如 [一, 二]",
    ("model_type", "model_attributes_type", "dict_type"): "应为“键: 值”的形式",
    ("too_short", "too_long", "string_too_short", "string_too_long"): "个数不对",
}
"""Our texts for pydantic's kinds of error; our own validators' messages are already Chinese"""
