"""Convert GCJ-02, which Chinese maps and WeChat use, to WGS-84, the system of the boundaries.

GCJ-02 shifts WGS-84 by up to some 700 m by a published series of sines over the Krasovsky 1940 ellipsoid; its
inverse has no closed form and is found by iteration, here to a few centimetres.
"""

from math import cos, pi, radians, sin, sqrt

_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323


def _in_china(lat: float, lng: float) -> bool:
    """Outside this box the maps are not shifted."""
    return 72.004 <= lng <= 137.8347 and 0.8293 <= lat <= 55.8271


def _waves(x: float, *steps: tuple[float, float]) -> float:
    return sum(size * sin(x * frequency * pi) for size, frequency in steps) * 2 / 3


def _shift_north(x: float, y: float) -> float:
    base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    return base + _waves(x, (20, 6), (20, 2)) + _waves(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))


def _shift_east(x: float, y: float) -> float:
    base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    return base + _waves(x, (20, 6), (20, 2)) + _waves(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))


def wgs_to_gcj(lat: float, lng: float) -> tuple[float, float]:
    """(latitude, longitude) in degrees, WGS-84 → GCJ-02."""
    if not _in_china(lat, lng):
        return lat, lng
    x, y = lng - 105, lat - 35
    magic = 1 - _ECCENTRICITY_2 * sin(radians(lat)) ** 2
    north = _shift_north(x, y) / radians(_AXIS_M * (1 - _ECCENTRICITY_2) / (magic * sqrt(magic)))
    east = _shift_east(x, y) / radians(_AXIS_M / sqrt(magic) * cos(radians(lat)))
    return lat + north, lng + east


def gcj_to_wgs(lat: float, lng: float) -> tuple[float, float]:
    """(latitude, longitude) in degrees, GCJ-02 → WGS-84."""
    guess_lat, guess_lng = lat, lng
    for _ in range(5):  # each round cuts the error by more than a hundred
        seen_lat, seen_lng = wgs_to_gcj(guess_lat, guess_lng)
        guess_lat, guess_lng = guess_lat + lat - seen_lat, guess_lng + lng - seen_lng
    return guess_lat, guess_lng
