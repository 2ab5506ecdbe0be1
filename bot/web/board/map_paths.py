"""Boundaries as paths of an SVG, so that the map needs no tiles."""

from collections.abc import Callable, Iterable, Sequence
from math import cos, radians
from typing import Any

from bot.web.board.tiles import tiles
from handlers.board.map_grids import Shape

WIDTH = 1000
_FINE = 1.2
"""Tolerance for simplifying outlines, in units of a picture 1000 wide: smaller corners are invisible"""
_DARKEST = 4
_SMALLEST, _LARGEST = 11, 30


def map_of(
    shapes: Sequence[Shape], link: Callable[..., str], tile_url: str = "", *, shifted: bool = True
) -> dict[str, Any] | None:
    """None if no grid has a boundary."""
    if not shapes:
        return None
    west, south, east, north = _box(shapes)
    narrow = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow)
    most_open, most_late = (max(getattr(each, what) for each in shapes) or 1 for what in ("open", "late"))

    def point(lng: float, lat: float) -> tuple[float, float]:
        return (lng - west) * narrow * scale, (north - lat) * scale

    return {
        "tiles": tiles(tile_url, (west, south, east, north), point, shifted=shifted) if tile_url else [],
        "width": WIDTH,
        "height": round((north - south) * scale),
        "font": _font(shapes, narrow * scale),
        "shapes": [
            {
                "name": each.name,
                "label": _label(each),
                "open": each.open,
                "late": each.late,
                "by_open": shade(each.open, most_open, _DARKEST),
                "by_late": shade(each.late, most_late, _DARKEST),
                "path": _path(each.outline.simplify(_FINE / scale), point),
                "middle": [round(value) for value in point(*_middle(each.outline))],
                "open_link": link("open", each.name, grid=each.code),
                "late_link": link("late", each.name, grid=each.code),
            }
            for each in shapes
        ],
    }


def _label(shape: Shape) -> str:
    """「文苑一网格」 → 「文苑一」."""
    return shape.name.removesuffix("网格") or shape.name


def _font(shapes: Iterable[Shape], scale: float) -> int:
    """The size at which the names of most grids fit; 0 if that is too small to read."""
    fitting = sorted(
        (each.outline.bounds[2] - each.outline.bounds[0]) * scale / (len(_label(each)) + 0.5) for each in shapes
    )
    size = min(fitting[len(fitting) // 10], _LARGEST)
    return round(size) if size >= _SMALLEST else 0


def _box(shapes: Iterable[Shape]) -> tuple[float, float, float, float]:
    bounds = [each.outline.bounds for each in shapes]
    west, south, east, north = zip(*bounds, strict=True)
    return min(west), min(south), max(east), max(north)


def _middle(outline: Any) -> tuple[float, float]:  # noqa: ANN401  (shapely has no types)
    inside = outline.representative_point()
    return inside.x, inside.y


def _path(outline: Any, point: Callable[[float, float], tuple[float, float]]) -> str:  # noqa: ANN401
    """The outlines of every part, including holes."""
    parts = getattr(outline, "geoms", [outline])
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    return "".join(f"M{'L'.join(_at(*point(*corner[:2])) for corner in ring.coords)}Z" for ring in rings)


def _at(x: float, y: float) -> str:
    return f"{x:.0f} {y:.0f}"


def shade(count: int, most: int, darkest: int) -> int:
    """0 for a count of 0, up to `darkest` for the largest count."""
    return -(-count * darkest // most)
