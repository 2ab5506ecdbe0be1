"""What a supervisor asks for: which figure, of what, of which time; shown back with the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from handlers.figures import call_counts
from handlers.figures.days import day_start, week_start
from handlers.questions.periods import BEGINNING, Period

OVERVIEW = "overview"
"""Asked for nothing in particular: 「德尚小区怎么样」"""
MEASURE_NAMES = {
    "count": "诉求",
    "satisfaction_rate": "满意率",
    "solved_rate": "解决率",
    "on_time_rate": "按期办结率",
    "response_rate": "响应率",
    "three_day_rate": "三日办结率",
    "reopened_rate": "重办率",
    "returned": "退单",
    "red": "红色警情",
    "reopened": "重办",
    "late": "超时",
    "open": "在办",
    "solved": "居民确认解决",
    "closed": "已结案",
    "urged": "被催办",
    "urgent": "紧急",
    OVERVIEW: "概况",
    **call_counts.MEASURES,
}
_STANDING = frozenset({"open", "late"})
"""Asked without a time, they are of this moment, however long ago a ticket was filed"""
ALONE = frozenset({"open", *call_counts.MEASURES})
"""Not compared: what stood open then is not known, and calls are told by team"""
_INSTEAD = (
    {"place", "grid", "team"},
    {"category", "item"},
    {"period", "against"},
    {"group", "kind", "order", "limit"},
)
"""Told together: of the one the others go"""
_MOST = 10
_MOST_DAYS = 62
EVER = "至今"


@dataclass(frozen=True, slots=True)
class Query:
    """A question as we understood it. Shown back with the answer, so that a misreading is seen."""

    period: Period
    measure: str = "count"
    group: str = ""
    grid: str = ""
    category: str = ""
    item: str = ""
    source: str = ""
    order: str = "desc"
    limit: int = _MOST
    place: str = ""
    team: str = ""
    kind: str = ""
    """Only teams of this kind: 「各物业」"""
    against: Period | None = None
    """The earlier period with which `period` is compared"""
    unread: tuple[str, ...] = ()
    """Words of the question that were not understood: then no figure is given"""

    def as_json(self) -> dict[str, Any]:
        """DESIGN 4: period, filters, group, measure, order, limit, compare."""
        given = ("grid", "place", "team", "kind", "category", "item", "source")
        filters = {name: getattr(self, name) for name in given if getattr(self, name)}
        rest = {name: getattr(self, name) for name in ("group", "measure", "order", "limit")}
        against = {"against": self.against.as_json()} if self.against else {}
        return {"period": self.period.as_json(), "filters": filters, **rest, **against}

    def sides(self, now: datetime) -> Sequence["Query"]:
        """The same of each period that is compared. Of one that isn't over, also of as much of the earlier one."""
        if self.against is None:
            return [self]
        periods = [self.period, self.against]
        so_far = self.against.since + (now - self.period.since)
        if now < self.period.until and so_far < self.against.until:
            periods.append(Period(f"{self.against.name}同期", self.against.since, so_far))
        return [replace(self, period=period, against=None) for period in periods]

    @property
    def is_of_now(self) -> bool:
        """Of this moment, not of what was filed in a stretch of time."""
        return self.period.since == BEGINNING and self.measure in _STANDING

    @property
    def is_rate(self) -> bool:
        """A part of what there is, not a number of it."""
        return self.measure.endswith("_rate")


def query_of(said: Mapping[str, Any], now: datetime) -> Query:
    """What goes without saying. It is shown with the answer all the same."""
    said = dict(said)
    if said.get("measure") in call_counts.MEASURES:
        said.setdefault("group", "team")  # 「报到迟到最多的单位」: it is teams that are called
    if said.get("group") == "day":
        said.setdefault("order", "time")
        said.setdefault("limit", _MOST_DAYS)
    stands = said.get("measure") in _STANDING and said.get("period", _ever(now)).since == BEGINNING
    usual = _last_30_days(now) if "group" in said else _this_week(now)
    said["period"] = _ever(now) if stands else said.get("period", usual)
    return Query(**said)


def changed(said: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """What is said later replaces what it contradicts."""
    gone = {name for instead in _INSTEAD if not instead.isdisjoint(change) for name in instead}
    gone |= {"measure"} if "group" in change and said.get("measure") == OVERVIEW else set()
    return {**{name: value for name, value in said.items() if name not in gone}, **change}


def _this_week(now: datetime) -> Period:
    since = week_start(now)
    return Period("本周", since, since + timedelta(weeks=1))


def _last_30_days(now: datetime) -> Period:
    """Of a ranking: this week is nearly empty on a Monday morning."""
    until = day_start(now) + timedelta(days=1)
    return Period("近30天", until - timedelta(days=30), until)


def _ever(now: datetime) -> Period:
    return Period(EVER, BEGINNING, day_start(now) + timedelta(days=1))
