"""Boundaries of grids from GeoJSON, each feature checked and named by the line where it begins."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely import GEOSException, from_geojson
from shapely.validation import explain_validity

from handlers.town_import.grids import Tree
from handlers.town_import.tables import WorldProblem, decoded

BOUNDARIES = "boundaries.geojson"
_FEATURES = re.compile(r'"features"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_AREAS = {"Polygon", "MultiPolygon"}


@dataclass(frozen=True, slots=True)
class Boundary:
    """One feature: its line, its grid's code, its geometry as JSON."""

    line: int
    code: str
    geometry: str


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The file as far as it can be read."""

    found: tuple[Boundary, ...] = ()
    problems: tuple[WorldProblem, ...] = ()

    def by_code(self) -> dict[str, str]:
        return {each.code: each.geometry for each in self.found}


def read_boundaries(folder: Path) -> Boundaries | None:
    """None where the folder has no such file: it is the only one that may be missing."""
    path = folder / BOUNDARIES
    if not path.is_file():
        return None
    text = decoded(path)
    if text is None:
        return _unreadable(0, "编码既不是 UTF-8 也不是 GBK，请另存为 UTF-8")
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as why:
        return _unreadable(why.lineno, f"不是合法的 JSON（第{why.colno}列）")
    start = _FEATURES.search(text)
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list) or not start:
        return _unreadable(1, "应是 GeoJSON 的 FeatureCollection，含 features")
    return Boundaries(tuple(_features(text, start.end())))


def boundary_problems(boundaries: Boundaries, tree: Tree) -> Iterator[WorldProblem]:
    """All that is wrong with the boundaries."""
    yield from boundaries.problems
    first: dict[str, int] = {}
    for each in boundaries.found:
        message = _code_problem(each, tree, first) or _geometry_problem(each.geometry)
        if message:
            yield WorldProblem(BOUNDARIES, each.line, message)


def _features(text: str, position: int) -> Iterator[Boundary]:
    """One by one, because a parsed JSON document no longer knows its lines."""
    decoder = json.JSONDecoder()
    counted, line = 0, 1
    position = _skip(text, position)
    while text[position] != "]":
        line += text.count("\n", counted, position)
        counted = position
        feature, end = decoder.raw_decode(text, position)
        yield _boundary(line, feature)
        position = _skip(text, end)


def _skip(text: str, position: int) -> int:
    between = _BETWEEN.match(text, position)
    return between.end() if between else position


def _boundary(line: int, feature: Any) -> Boundary:  # noqa: ANN401  (whatever stands in a file)
    feature = feature if isinstance(feature, dict) else {}
    properties = feature.get("properties")
    code = properties.get("code", "") if isinstance(properties, dict) else ""
    return Boundary(line, str(code), json.dumps(feature.get("geometry"), separators=(",", ":")))


def _code_problem(each: Boundary, tree: Tree, first: dict[str, int]) -> str:
    if not each.code:
        return "要素的 properties 里没有网格编号 code"
    if not tree.knows(each.code):
        return f"网格“{each.code}”不在 grids 里"
    if first.setdefault(each.code, each.line) != each.line:
        return f"网格“{each.code}”的边界与第{first[each.code]}行重复"
    return ""


def _geometry_problem(geometry: str) -> str:
    try:
        shape = from_geojson(geometry)
    except GEOSException:
        return "geometry 读不出来"
    if shape is None or shape.geom_type not in _AREAS or shape.is_empty:
        return "geometry 应是 Polygon 或 MultiPolygon，且不为空"
    if not shape.is_valid:
        return f"边界自己相交或没有面积（{explain_validity(shape)}）"
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        return "坐标不是经度在前、纬度在后的度数（WGS-84）"
    return ""


def _unreadable(line: int, message: str) -> Boundaries:
    return Boundaries(problems=(WorldProblem(BOUNDARIES, line, message),))
