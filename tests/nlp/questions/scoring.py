"""Questions written apart, scored: read right, refused, or answered with another figure than was asked for."""

import zlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from nlp.questions.days import CHINA
from nlp.questions.names import Names
from nlp.questions.parse import parse_all

LINES = Path(__file__).parent.parent / "data" / "questions.yaml"
LATER = LINES.parent / "later" / "questions.yaml"
"""Measured before anybody had seen them"""
NOW = datetime.fromisoformat("2026-11-27T10:00:00+08:00")
_CODES = {
    "source": {"12345": "hotline", "热线": "hotline", "巡查": "patrol", "公众号": "chat"},
    "status": {"in_progress": "working"},
}
"""The author of the lines did not know how these are stored"""


def lines(half: int) -> list[dict[str, Any]]:
    """The half to learn from (0), or the one that is told (1)."""
    return [
        line for line in yaml.safe_load(LINES.read_text("utf-8")) if zlib.crc32(str(line["text"]).encode()) % 2 == half
    ]


def later() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(LATER.read_text("utf-8"))
    return found


def outcome(names: Names, line: Mapping[str, Any]) -> str:
    """`right`, `refused` or `wrong`: a figure with another slot than was asked for."""
    texts = [str(line[name]) for name in ("after", "text") if name in line]
    now = datetime.fromisoformat(str(line["now"])) if "now" in line else NOW
    query = parse_all(names, texts, now)
    if query is None or query.unread:
        return "refused"
    if "outside" in line:
        return "outside"
    return "right" if "query" in line and not differing(line["query"], query.as_json()) else "wrong"


def differing(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> set[str]:
    """The slots that are not as they should be; a filter that nobody asked for is one as well. Waiting are those that
    nobody has signed: the lines say it once.
    """
    named = ("measure", "group", "order", "limit", "having", "stat")
    slots = {name: (wanted[name], got.get(name)) for name in named if name in wanted}
    slots |= {
        name: (_moment(wanted[name]), _moment(got["period"][name]))
        for name in ("since", "until")
        if _is_told(wanted, name)
    }
    if "against" in wanted:
        earlier = got.get("against")
        slots["against"] = (_moment(wanted["against"]["since"]), earlier and _moment(earlier["since"]))
    if str(wanted.get("having", "")).startswith("waiting") and "filters" not in wanted:
        got = got | {"filters": {name: value for name, value in got["filters"].items() if name != "status"}}
    slots["filters"] = _filters(wanted.get("filters") or {}, got["filters"])
    return {name for name, (one, other) in slots.items() if one != other}


def _is_told(wanted: Mapping[str, Any], name: str) -> bool:
    return bool(wanted.get(name)) and wanted[name] != "default"


def _filters(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """As stored, and without the category that goes with a sub-item."""
    meant = {
        name: _CODES.get(name, {}).get(value, value) if isinstance(value, str) else value
        for name, value in wanted.items()
    }
    told = dict(got)
    if "item" in meant and "category" not in meant:
        told.pop("category", None)
    if isinstance(meant.get("not"), dict) and isinstance(told.get("not"), dict):
        meant["not"], told["not"] = _filters(meant["not"], told["not"])
    return meant, told


def _moment(said: Any) -> datetime:
    if isinstance(said, date) and not isinstance(said, datetime):
        return datetime(said.year, said.month, said.day, tzinfo=CHINA)
    moment = datetime.fromisoformat(str(said))
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
