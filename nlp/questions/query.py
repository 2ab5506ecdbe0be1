"""A supervisor's question as a query: measures, filters, period, grouping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from nlp.questions.amounts import Bound
from nlp.questions.days import BEGINNING, DAY, day_start, week_start
from nlp.questions.periods import Period

OVERVIEW, SHARE, COUNT = "overview", "share", "count"
"""`overview` answers a question without a measure: 「德尚小区怎么样」"""
OF_CALLS = frozenset({"report_late", "report_rate"})
"""They count calls of a whistle, not tickets"""
DURATIONS = frozenset({"handle_hours", "accept_hours"})
STANDING = frozenset({"open", "late"})
"""Without a period these mean this moment, for tickets of any age"""
STANDING_STATUSES = frozenset({"incomplete", "pending", "received", "dispatched", "working", "suspended", "resolved"})
ALONE = frozenset({"open", OVERVIEW, *OF_CALLS})
"""Never compared: past open tickets are not known, and calls are grouped by team"""
IN_TIME = frozenset({"day", "week", "month", "quarter", "year", "hour", "weekday"})
"""Groups that have an order of their own"""
EVER = "至今"
_MOST, _MOST_IN_TIME = 10, 62
Filters = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as we understood it. Shown back with the answer, so that a misreading is seen."""

    period: Period
    measures: tuple[str, ...] = (COUNT,)
    stat: str = ""
    """`median`; else durations are averages"""
    group: str = ""
    only: Filters = field(default_factory=dict)
    but: Filters = field(default_factory=dict)
    """What is left out: 「除了停车」"""
    whole: Filters | None = None
    """The whole of a share; None: everything that the supervisor oversees"""
    having: Bound | None = None
    """A bound on a group's figure, or on a ticket's wait or handling time"""
    order: str = "desc"
    limit: int = _MOST
    against: Period | None = None
    """The earlier period with which `period` is compared"""
    unread: tuple[str, ...] = ()
    """Words that were not understood; with any of them we give no figure"""

    @property
    def measure(self) -> str:
        return self.measures[0]

    @property
    def is_rate(self) -> bool:
        """Whether the measure is a share and not a number."""
        return self.measure.endswith("_rate") or self.measure == SHARE

    @property
    def is_of_now(self) -> bool:
        """Whether the query is about this moment, not about tickets filed in a period."""
        return self.period.since == BEGINNING and (self.measure in STANDING or _stands(self.only))

    @property
    def waits(self) -> Bound | None:
        """The bound on a ticket's wait or handling time: 「超过三天没办完的」."""
        return self.having if self.having and self.having.unit == "days" and self.measure not in DURATIONS else None

    def sides(self, now: datetime) -> Sequence["Query"]:
        """One query for each compared period; if the later is not over, also one for the same part of the earlier."""
        if self.against is None:
            return [self]
        periods = [self.period, self.against]
        so_far = self.against.since + (now - self.period.since)
        if self.period.since <= now < self.period.until and so_far < self.against.until:
            periods.append(Period(f"{self.against.name}同期", self.against.since, so_far))
        return [replace(self, period=period, against=None) for period in periods]

    def each(self) -> Sequence["Query"]:
        """One query for each measure."""
        return [replace(self, measures=(measure,)) for measure in self.measures]

    def as_json(self) -> dict[str, Any]:
        """DESIGN 4: period, filters, group, measure, order, limit, compare."""
        filters = _as_json(self.only) | ({"not": _as_json(self.but)} if self.but else {})
        more = {
            "stat": self.stat,
            "having": f"{_held(self)}{self.having}" if self.having else "",
            "of": _as_json(self.whole) if self.whole else "",
            "against": self.against.as_json() if self.against else "",
        }
        return {
            "period": self.period.as_json(),
            "filters": filters,
            "group": self.group,
            "measure": self.measure if len(self.measures) == 1 else list(self.measures),
            "order": self.order,
            "limit": self.limit,
            **{name: value for name, value in more.items() if value},
        }


def _held(query: Query) -> str:
    if not query.waits:
        return query.measure
    waiting = {"pending", "received", "dispatched"} & set(query.only.get("status", ()))
    return "waiting" if waiting else "open" if query.measure == "open" else "took"


def _as_json(filters: Filters) -> dict[str, Any]:
    """One value stays single, several become a list; a pair of hours counts as one value."""
    return {name: _plainly(values) for name, values in filters.items()}


def _plainly(values: tuple[Any, ...]) -> Any:  # noqa: ANN401  (a code, a number, hours)
    plain = [list(value) if isinstance(value, tuple) else value for value in values]
    return plain[0] if len(plain) == 1 else plain


def _stands(filters: Filters) -> bool:
    return not STANDING_STATUSES.isdisjoint(filters.get("status", ()))


def query_of(said: Mapping[str, Any], now: datetime) -> Query:
    """The query with its defaults filled in. The answer shows them too."""
    said = dict(said)
    measure = said.get("measures", (COUNT,))[0]
    if measure in OF_CALLS:
        said.setdefault("group", "team")  # 「报到迟到最多的单位」: calls go to teams
    if said.get("group") in IN_TIME and not {"order", "limit"} & said.keys():
        said |= {"order": "time", "limit": _MOST_IN_TIME}
    if "period" not in said or (said["period"].since == BEGINNING and measure in STANDING):
        said["period"] = _usual(said, measure, now)
    return Query(**said)


def _usual(said: Mapping[str, Any], measure: str, now: datetime) -> Period:
    """The default period: 30 days for a ranking, because this week is nearly empty on a Monday morning."""
    standing = measure in STANDING or _stands(said.get("only", {}))
    if standing:
        return Period(EVER, BEGINNING, day_start(now) + DAY)
    if said.get("group") in {"month", "quarter", "year"}:
        return _this_year(now)
    return _last_30_days(now) if "group" in said else _this_week(now)


def _this_week(now: datetime) -> Period:
    since = week_start(now)
    return Period("本周", since, since + timedelta(weeks=1))


def _this_year(now: datetime) -> Period:
    since = day_start(now).replace(month=1, day=1)
    return Period("今年", since, since.replace(year=since.year + 1))


def _last_30_days(now: datetime) -> Period:
    until = day_start(now) + DAY
    return Period("近30天", until - 30 * DAY, until)
