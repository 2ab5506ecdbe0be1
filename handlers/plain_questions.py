"""Questions in plain words: 「上周哪个小区停车投诉最多」 → a query, with the words that it doesn't heed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers import call_figures, question_names, question_words
from handlers.figures import day_start, week_start
from handlers.periods import Period, number_of, periods_in
from handlers.question_words import Words
from handlers.town import Town
from nlp.features import plain

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
    **call_figures.MEASURES,
}
_STANDING = frozenset({"open", "late"})
"""Asked without a time, they are of this moment, however long ago a ticket was filed"""
_MOST = 10
_MOST_DAYS = 62
EVER = "至今"
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


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
    unread: tuple[str, ...] = ()
    """Words of the question that the figure doesn't heed"""

    def as_json(self) -> dict[str, Any]:
        """DESIGN 4: period, filters, group, measure, order, limit; and what was not read, if anything."""
        period = {
            "name": self.period.name,
            "since": self.period.since.isoformat(),
            "until": self.period.until.isoformat(),
        }
        given = ("grid", "place", "team", "kind", "category", "item", "source")
        filters = {name: getattr(self, name) for name in given if getattr(self, name)}
        rest = {name: getattr(self, name) for name in ("group", "measure", "order", "limit")}
        return {"period": period, "filters": filters, **rest, **({"unread": self.unread} if self.unread else {})}

    @property
    def is_of_now(self) -> bool:
        """Of this moment, not of what was filed in a stretch of time."""
        return self.period.name == EVER

    @property
    def strange(self) -> tuple[str, ...]:
        """Unread words that ask for another figure than this one: it must not be given as the answer."""
        return tuple(words for words in self.unread if question_words.OTHER_FIGURE.search(words))


def parse(town: Town, text: str, now: datetime) -> Query | None:
    """A question about figures, or None: then it is something else."""
    text = plain(text)
    if not _may_ask(text, now):
        return None
    said = _read(town, Words(text), now)
    return _with_defaults(said, now) if _asks(text, said) else None


def _may_ask(text: str, now: datetime) -> bool:
    """Told at a glance: most messages ask for nothing."""
    if not question_words.ASKS.search(text):
        return False
    return bool(question_words.COUNTED.search(text) or periods_in(text, now))


def _read(town: Town, words: Words, now: datetime) -> dict[str, Any]:
    """What is said of a query, by the names of its fields. The order matters: each reader takes its words away."""
    place, grid, team = question_names.where(town, words)
    words.unread += words.all(question_words.DENIED)
    measure, _ = words.first(question_words.MEASURES)
    period = _when(words, now)
    group, by = words.first(question_words.GROUPS)
    source, _ = words.first(question_words.SOURCES)
    category, item = question_names.category(town, words)
    limit, order = _limit(words, by), _order(words, measure)
    team, grid, category, item = question_names.by_a_part(town, words, (team, grid, category, item))
    kind = next((kind.value for word, kind in question_words.KINDS if group == "team" and re.search(word, by)), "")
    said = {
        "period": period,
        "measure": measure,
        "group": group,
        "grid": grid,
        "category": category,
        "item": item,
        "source": source,
        "order": order,
        "limit": limit,
        "place": place,
        "team": team,
        "kind": kind,
        "unread": (*words.unread, *words.chunks()),
    }
    return {name: value for name, value in said.items() if value}


def _asks(text: str, said: dict[str, Any]) -> bool:
    """Or it is a report, rather, with a word of time in it."""
    if said.keys().isdisjoint({"measure", "group", "category", "source"}) and not question_words.TOLD.search(text):
        return False
    unread = said.get("unread", ())
    if sum(map(len, unread)) * 2 > len(text) and not question_words.PLAINLY.search(text):
        return False
    return not unread or "group" in said or bool(question_words.HOW_MANY.search(text))


def _with_defaults(said: dict[str, Any], now: datetime) -> Query:
    """What goes without saying. It is shown with the answer all the same."""
    said = dict(said)
    if said.get("measure") in call_figures.MEASURES:
        said.setdefault("group", "team")  # 「报到迟到最多的单位」: it is teams that are called
    if said.get("group") == "day":
        said.setdefault("order", "time")
        said.setdefault("limit", _MOST_DAYS)
    said.setdefault("period", _ever(now) if said.get("measure") in _STANDING else _this_week(now))
    return Query(**said)


def _when(words: Words, now: datetime) -> Period | None:
    """The first period; another one is not heeded."""
    found = periods_in(words.text, now)
    said = [words.take(each.start, each.end) for each in found]
    words.unread += said[1:]
    return found[0].period if found else None


def _order(words: Words, measure: str) -> str:
    """Empty where none is said. Best and worst are said of rates alone."""
    words.all(question_words.ORDER)
    best = question_words.BEST.findall(words.said)
    words.all(question_words.BEST)
    if best and not measure.endswith("_rate"):
        words.unread += best
    if re.search("最少|最低|倒数", words.said) or "最差" in best:
        return "asc"
    return "desc" if re.search("最[多高]", words.said) else ""


def _limit(words: Words, group: str) -> int:
    """「前三名」, 「倒数第2」, 「最多的5个小区」; 0 where none is said."""
    found = question_words.LIMIT.search(words.text)
    if found:
        words.take(*found.span())
        return number_of(found[1])
    number = re.search(rf"{question_words.NUMBER}(?=[名个家位的]|\D)", re.sub("[哪每]一", "", group))
    return number_of(number[0]) if number else 0


def _this_week(now: datetime) -> Period:
    since = week_start(now)
    return Period("本周", since, since + timedelta(weeks=1))


def _ever(now: datetime) -> Period:
    return Period(EVER, _BEGINNING, day_start(now) + timedelta(days=1))
