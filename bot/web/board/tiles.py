"""Map tiles under the boundaries, if the operator has configured a source."""

from collections.abc import Callable, Mapping
from math import asinh, atan, degrees, pi, radians, sinh, tan
from urllib.parse import urlsplit

from handlers.world.coordinates import gcj_to_wgs, wgs_to_gcj

_FINEST, _MOST = 18, 12
"""The finest zoom, and the most tiles: each is a request of the phone"""
Box = tuple[float, float, float, float]
Point = Callable[[float, float], tuple[float, float]]


def tiles(url: str, box: Box, point: Point, *, shifted: bool) -> list[Mapping[str, object]]:
    """Each tile's position on the drawing. `box`: west, south, east, north in WGS-84; `shifted`: tiles are GCJ-02."""
    west, south, east, north = box
    there = wgs_to_gcj if shifted else _same
    (top, left), (bottom, right) = there(north, west), there(south, east)
    zoom = next(each for each in range(_FINEST, -1, -1) if _count(each, left, right, top, bottom) <= _MOST)
    back = gcj_to_wgs if shifted else _same
    return [
        {"href": url.format(z=zoom, x=x, y=y), **_placed(x, y, zoom, point, back)}
        for x in range(int(_across(left, zoom)), int(_across(right, zoom)) + 1)
        for y in range(int(_down(top, zoom)), int(_down(bottom, zoom)) + 1)
    ]


def source_of(url: str) -> str:
    """The origin that the page's content security policy must allow: 「https://tiles.example.org」."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if url else ""


def _placed(x: int, y: int, zoom: int, point: Point, back: Point) -> Mapping[str, float]:
    corners = [back(_lat(down, zoom), _lng(across, zoom)) for across, down in ((x, y), (x + 1, y + 1))]
    (left, top), (right, bottom) = (point(lng, lat) for lat, lng in corners)
    return {"x": round(left, 1), "y": round(top, 1), "width": round(right - left, 1), "height": round(bottom - top, 1)}


def _count(zoom: int, left: float, right: float, top: float, bottom: float) -> int:
    wide = int(_across(right, zoom)) - int(_across(left, zoom)) + 1
    return wide * (int(_down(bottom, zoom)) - int(_down(top, zoom)) + 1)


def _across(lng: float, zoom: int) -> float:
    return float((lng + 180) / 360 * 2**zoom)


def _down(lat: float, zoom: int) -> float:
    return float((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom)


def _lng(across: float, zoom: int) -> float:
    return float(across / 2**zoom * 360 - 180)


def _lat(down: float, zoom: int) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * down / 2**zoom))))


def _same(lat: float, lng: float) -> tuple[float, float]:
    return lat, lng
