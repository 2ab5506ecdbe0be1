"""Check a grid's outline, and repair one that intersects itself."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely import (
    GEOSException,
    STRtree,
    from_geojson,
    get_coordinates,
    get_parts,
    get_rings,
    linestrings,
    make_valid,
    to_geojson,
    union_all,
)
from shapely.validation import explain_validity

_AREAS = {"Polygon", "MultiPolygon"}
_SPOT = re.compile(r"\[(\S+) (\S+)\]")
_MOST_POINTS = 50_000
_MOST_CROSSINGS = 10_000
"""In the whole file; with more, a repair would take too long"""
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Outline:
    """The result of a check: the geometry, repaired if needed, or the reason for its refusal."""

    geometry: str
    problem: str = ""
    warning: str = ""


class Outlines:
    """Checks geometries one by one; the number of repaired crossings in a file is limited."""

    def __init__(self) -> None:
        self._crossings_left = _MOST_CROSSINGS

    def checked(self, geometry: str) -> Outline:
        try:
            shape = from_geojson(geometry)
        except GEOSException:
            return Outline(geometry, "geometry 读不出来，请用画图的软件重新导出这一块")
        if shape is None or shape.geom_type not in _AREAS or shape.is_empty:
            return Outline(geometry, "geometry 应是 Polygon 或 MultiPolygon，且不为空")
        west, south, east, north = shape.bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            return Outline(geometry, "坐标不是经度在前、纬度在后的度数（WGS-84）")
        return Outline(geometry) if shape.is_valid else self._repaired(geometry, shape)

    def _repaired(self, geometry: str, shape: Any) -> Outline:  # noqa: ANN401  (shapely has no types)
        where = _said(explain_validity(shape))
        if not self._is_bearable(shape):
            return Outline(geometry, f"边界{where}，交叉太多，修不了，请重新画")
        parts = [part for each in get_parts(make_valid(shape)) for part in get_parts(each)]
        areas = [part for part in parts if part.geom_type in _AREAS]
        if not areas:
            return Outline(geometry, f"边界{where}，没有面积，请重新画")
        mended = to_geojson(union_all(areas))
        return Outline(mended, warning=f"边界{where}，已自动修好，请在地图上核对一下")

    def _is_bearable(self, shape: Any) -> bool:  # noqa: ANN401
        """Whether the crossings are few enough to repair; stops counting at the limit."""
        if self._crossings_left <= 0:
            return False
        rings = [get_coordinates(ring) for ring in get_rings(get_parts(shape))]
        lines = np.concatenate([linestrings(np.stack([ring[:-1], ring[1:]], axis=1)) for ring in rings])
        if len(lines) > _MOST_POINTS:
            return False
        tree = STRtree(lines)
        touching = 3 * len(lines)  # each line itself and its two neighbours
        for start in range(0, len(lines), _AT_ONCE):
            touching -= len(tree.query(lines[start : start + _AT_ONCE], predicate="intersects")[0])
            if touching + 2 * self._crossings_left < 0:
                return False
        self._crossings_left += min(touching, 0) // 2
        return True


def _said(why: str) -> str:
    """GEOS's 「Self-intersection[114.03 38.11]」 in Chinese."""
    spot = _SPOT.search(why)
    return f"在经度 {spot[1]}、纬度 {spot[2]} 附近自己相交或重叠" if spot else "自己相交或重叠"
