"""Shares, as every figure of the reading is one."""

from collections.abc import Iterable


def share(hits: Iterable[bool]) -> float:
    """Of all how many, rounded for a report; 0 of none."""
    listed = list(hits)
    return round(sum(listed) / len(listed), 4) if listed else 0.0
