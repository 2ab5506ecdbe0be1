"""Grid boundaries from GeoJSON; errors name each feature as its author knows it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handlers.tables.csv_text import encoding_of, limited
from handlers.tables.table import Problem, UnreadableError
from handlers.town_import.grids import Tree
from handlers.town_import.outlines import Outlines

BOUNDARIES = "boundaries.geojson"
_FEATURES = re.compile(r'"features"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_MOST_FEATURES = 50_000
_MOST_POINTS = 500_000
"""A parsed list takes many times the memory of its text"""
_MOST_OF = {"[": _MOST_POINTS, "{": _MOST_POINTS, ":": _MOST_POINTS, ",": 3 * _MOST_POINTS}


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of the file: its line, its label for people, its grid's code, its geometry as JSON."""

    line: int
    label: str
    code: str
    geometry: str

    def told(self, message: str) -> Problem:
        return Problem(BOUNDARIES, self.line, f"{self.label}：{message}")


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The readable part of the file: outlines by grid, errors, and warnings about repairs."""

    by_code: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def read_boundaries(folder: Path, tree: Tree) -> Boundaries | None:
    """The boundaries with all errors; None without the file, which is optional."""
    path = folder / BOUNDARIES
    if not path.is_file():
        return None
    try:
        return _checked(_named(_text(path)), tree)
    except UnreadableError as why:
        return Boundaries({}, (Problem(BOUNDARIES, why.line, why.message),))


def _checked(features: Iterator[Feature], tree: Tree) -> Boundaries:
    """Check all features; outlines only of those with a known grid."""
    found: dict[str, Feature] = {}
    drawn: dict[str, str] = {}
    problems, warnings = list[Problem](), list[Problem]()
    outlines = Outlines()
    for each in features:
        if message := _code_problem(each, tree, found):
            problems.append(each.told(message))
            continue
        outline = outlines.checked(each.geometry)
        problems += [each.told(outline.problem)] if outline.problem else []
        warnings += [each.told(outline.warning)] if outline.warning else []
        drawn[each.code] = outline.geometry
    return Boundaries(drawn, tuple(problems), tuple(warnings))


def _text(path: Path) -> str:
    data = limited(path)
    text = data.decode(encoding_of(data))
    if any(text.count(mark) > most for mark, most in _MOST_OF.items()):  # checked before parsing
        raise UnreadableError(f"点太多，超过 {_MOST_POINTS} 个，请把边界简化后再导出")
    return text


def _named(text: str) -> Iterator[Feature]:
    features = _features(text)
    lines = _lines(text, len(features))
    for number, (line, feature) in enumerate(zip(lines, features, strict=True), start=1):
        given = feature if isinstance(feature, dict) else {}
        code, name = (_word(given.get("properties"), key) for key in ("code", "name"))
        label = "".join([f"第{number}个要素", *(f"“{each}”" for each in dict.fromkeys((name, code)) if each)])
        yield Feature(line, label, code, json.dumps(given.get("geometry"), separators=(",", ":")))


def _word(properties: object, key: str) -> str:
    value = properties.get(key) if isinstance(properties, dict) else None
    return str(value)[:40].strip() if isinstance(value, (str, int)) else ""


def _features(text: str) -> list[Any]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as why:
        raise UnreadableError(f"不是合法的 JSON（第{why.colno}列），请重新导出", why.lineno) from None
    except (RecursionError, ValueError):
        raise UnreadableError("括号套得太深，或有太长的数，不是 GeoJSON") from None
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list):
        raise UnreadableError("应是 GeoJSON 的 FeatureCollection，含 features", 1)
    if len(features) > _MOST_FEATURES:
        raise UnreadableError(f"要素太多，超过 {_MOST_FEATURES} 个")
    return features


def _lines(text: str, count: int) -> list[int]:
    """The line of each feature, which parsed JSON doesn't have; line 1 for all if they can't be found."""
    start = _FEATURES.search(text)
    lines = list(_each_line(text, start.end())) if start else []
    return lines if len(lines) == count else [1] * count


def _each_line(text: str, position: int) -> Iterator[int]:
    decoder = json.JSONDecoder()
    counted, line = 0, 1
    position = _skip(text, position)
    while text[position] != "]":
        line += text.count("\n", counted, position)
        counted = position
        yield line
        position = _skip(text, decoder.raw_decode(text, position)[1])


def _skip(text: str, position: int) -> int:
    between = _BETWEEN.match(text, position)
    return between.end() if between else position


def _code_problem(each: Feature, tree: Tree, first: dict[str, Feature]) -> str:
    if not each.code:
        return "properties 里没有网格编号，请加上 code"
    if not tree.knows(each.code):
        return f"网格“{each.code}”不在 grids 里"
    before = first.setdefault(each.code, each)
    return f"网格“{each.code}”的边界与第{before.line}行的{before.label}重复" if before is not each else ""
