"""Questions written apart, scored: read right, refused, or answered with another figure than was asked for."""

import zlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from handlers.questions.parse import parse_all
from handlers.town.town import Town
from models.ticket import CHINA

LINES = Path(__file__).parent / "data" / "questions.yaml"
NOW = datetime.fromisoformat("2026-11-27T10:00:00+08:00")
_SOURCES = {"12345": "hotline", "热线": "hotline", "巡查": "patrol", "公众号": "chat"}


def lines(half: int) -> list[dict[str, Any]]:
    """The half to learn from (0), or the one that is told (1)."""
    return [
        line for line in yaml.safe_load(LINES.read_text("utf-8")) if zlib.crc32(str(line["text"]).encode()) % 2 == half
    ]


def outcome(town: Town, line: Mapping[str, Any]) -> str:
    """`right`, `refused` or `wrong`: a figure with another slot than was asked for."""
    texts = [str(line[name]) for name in ("after", "text") if name in line]
    now = datetime.fromisoformat(str(line["now"])) if "now" in line else NOW
    query = parse_all(town, texts, now)
    if query is None or query.unread:
        return "refused"
    if "outside" in line:
        return "outside"
    return "right" if "query" in line and not differing(line["query"], query.as_json()) else "wrong"


def differing(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> set[str]:
    """The slots that are not as they should be; a filter that nobody asked for is one as well."""
    period = got["period"]
    filters = dict(got["filters"])
    meant = dict(wanted.get("filters") or {})
    if "item" in meant and "category" not in meant:
        filters.pop("category", None)
    if "source" in meant:
        meant["source"] = _SOURCES.get(meant["source"], meant["source"])
    slots = {
        **{name: (wanted[name], got.get(name)) for name in ("measure", "group", "order", "limit") if name in wanted},
        **{
            name: (_moment(wanted[name]), _moment(period[name]))
            for name in ("since", "until")
            if wanted.get(name, "default") != "default" and wanted[name]
        },
        **{name: (wanted[name], got.get(name)) for name in ("having", "stat") if name in wanted},
        **({"against": (True, "against" in got)} if "against" in wanted else {}),
        "filters": (meant, filters),
    }
    return {name for name, (one, other) in slots.items() if one != other}


def _moment(said: Any) -> datetime:
    if isinstance(said, date) and not isinstance(said, datetime):
        return datetime(said.year, said.month, said.day, tzinfo=CHINA)
    moment = datetime.fromisoformat(str(said))
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
