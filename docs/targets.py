"""Which of the bench's own targets the last measurement missed."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MEASURED = Path(__file__).parent / "bench.json"


def missed() -> Sequence[Mapping[str, Any]]:
    """Lines of the last measurement whose target is not met."""
    lines = json.loads(MEASURED.read_text("utf-8"))["lines"]
    return [line for line in lines if "target" in line and not is_met(line)]


def is_met(line: Mapping[str, Any]) -> bool:
    """Raises ValueError where a target can't be compared."""
    return all(_holds(part.strip(), line) for part in str(line["target"]).split(","))


def _holds(target: str, line: Mapping[str, Any]) -> bool:
    """「≥ 0.5」 is of the ratio, 「p99 ≤ 100 ms」 of the detail, 「≤ 3 s」 and 「0」 of the value."""
    number = re.search(r"\d+(?:\.\d+)?$", re.sub(r" (?:ms|s|µs|MB|times as fast|s of CPU)$", "", target))
    if number is None:
        raise ValueError(f"no target that can be compared: {target}")
    limit = float(number[0])
    if target.startswith("≥"):
        return round(float(line["ratio"]), 2) >= limit
    if target.startswith("p99 ≤"):
        found = re.search(r"p99 (\d+(?:\.\d+)?) ms", line["more"])
        return found is not None and float(found[1]) <= limit
    return float(line["value"]) <= limit
