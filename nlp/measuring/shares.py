"""The share of hits; every figure of an evaluation is one."""

from collections.abc import Iterable


def share(hits: Iterable[bool]) -> float:
    """The share of true values, rounded for a report; 0 if there are none."""
    listed = list(hits)
    return round(sum(listed) / len(listed), 4) if listed else 0.0
