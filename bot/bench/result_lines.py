"""The results as lines of one table, each with the figure that it is compared to."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `against` names the baseline, `ratio` is the figure divided by it, `target` is our goal."""

    part: str
    what: str
    value: float
    unit: str
    size: int = 0
    """The number of tickets, places or connections that the cost may depend on"""
    against: str = ""
    ratio: float | None = None
    target: str = ""
    more: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return (self.part, self.what, f"{self.value:,.4g} {self.unit}", self.more, self.against, ratio, self.target)


HEAD = ("", "measured", "value", "", "compared to", "ratio", "target")


def markdown(lines: Iterable[Line]) -> str:
    """The table as docs/bench.md shows it."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(line.cells() for line in lines)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
