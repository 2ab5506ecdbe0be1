"""Questions in plain words: 「上周哪个小区停车投诉最多」 → a query → figures that open to their tickets."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

from handlers import call_figures, shown
from handlers.access import overseen, within
from handlers.dialogue import Context, Reply
from handlers.figures import late, percent, still_open, week_start
from handlers.periods import Period, find_period
from handlers.town import Town
from models.moves import Closing, Status
from models.ticket import Source, Ticket

_ASKS = re.compile(
    r"多少|几[件个起条]|哪[个些家里]|最多|最少|最高|最低|统计|怎么样|如何|数量|情况|率|占比|分别|各[个类小社街单网]|按.{1,4}[分看]|排|\?|？"
)

_GROUPS: tuple[tuple[str, str], ...] = (
    (r"(?:各|哪个|哪些|每个|按|最[多少高低好差快慢]的)(?:承办)?(?:单位|物业|公司|部门|队伍)|哪家", "team"),
    (r"(?:各|哪个|哪些|每个|按|最[多少高低好差快慢]的)社区", "community"),
    (r"(?:各|哪个|哪些|每个|按|最[多少高低好差快慢]的)街道", "street"),
    (r"(?:各|哪个|哪些|每个|按|最[多少高低好差快慢]的)网格", "grid"),
    (r"(?:各|哪个|哪些|每个|按|最[多少高低好差快慢]的)小区", "place"),
    (r"(?:各类|哪类|哪一类|哪些类|各种|每类|按类|什么问题|哪种|各个类别)", "category"),
    (r"(?:各|哪个|哪种|每个|按|最[多少高低]的)(?:来源|渠道)", "source"),
    (r"(?:每天|每日|逐日|按天|按日)", "day"),
)
_MEASURES: tuple[tuple[str, str], ...] = (
    (r"报到率|按时报到|报到.{0,3}及时", "report_rate"),
    (r"(?:报到|吹哨).*(?:迟|晚|超时|慢)|迟到", "report_late"),
    (r"满意率|满意度", "satisfaction_rate"),
    (r"解决率", "solved_rate"),
    (r"按期|及时率", "on_time_rate"),
    (r"响应率", "response_rate"),
    (r"重办|返工", "reopened"),
    (r"超时|逾期|超期", "late"),
    (r"在办|没办完|未办结|没解决|还有", "open"),
    (r"解决了|办结|办完|结案", "closed"),
    (r"催办", "urged"),
    (r"紧急|警情|危险", "urgent"),
)
_MEASURE_NAMES = {
    "count": "诉求",
    "satisfaction_rate": "满意率",
    "solved_rate": "解决率",
    "on_time_rate": "按期办结率",
    "response_rate": "响应率",
    "reopened": "重办",
    "late": "超时",
    "open": "在办",
    "closed": "已结案",
    "urged": "被催办",
    "urgent": "紧急",
    **call_figures.MEASURES,
}
_SOURCES = {"热线": Source.HOTLINE, "巡查": Source.PATROL, "公众号": Source.CHAT, "导入": Source.IMPORT}
_LIMIT = re.compile(r"前\s*(\d{1,2}|[一二三四五六七八九十])")
_HANZI = "零一二三四五六七八九十"
_MOST = 10


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

    def as_json(self) -> dict[str, Any]:
        """DESIGN 4: period, filters, group, measure, order, limit."""
        period = {
            "name": self.period.name,
            "since": self.period.since.isoformat(),
            "until": self.period.until.isoformat(),
        }
        given = ("grid", "category", "item", "source")
        filters = {name: getattr(self, name) for name in given if getattr(self, name)}
        rest = {name: getattr(self, name) for name in ("group", "measure", "order", "limit")}
        return {"period": period, "filters": filters, **rest}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer: `value` a count, or a rate 0–1 over `of` cases (None where there are none)."""

    key: str
    name: str
    value: float | None
    of: int


def parse(town: Town, text: str, now: datetime) -> Query | None:
    """A question about figures, or None: then it is something else."""
    if not _ASKS.search(text):
        return None
    period, measure, group = find_period(text, now), _named(text, _MEASURES), _named(text, _GROUPS)
    if not (period or measure or group):
        return None
    category, item = _what(town, text)
    source = next((source.value for word, source in _SOURCES.items() if word in text), "")
    if not (measure or group or category or source or re.search(r"诉求|工单|报|件|投诉|问题", text)):
        return None
    grid = next((g.code for g in sorted(town.world.grids.values(), key=lambda g: -len(g.name)) if g.name in text), "")
    if measure in call_figures.MEASURES and not group:
        group = "team"  # 「报到迟到最多的单位」: it is teams that are called
    order = "asc" if re.search(r"最少|最低|最差|倒数", text) else "desc"
    return Query(
        period or _this_week(now), measure or "count", group, grid, category, item, source, order, _limit(text)
    )


def run(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """The figures. One grouped statement over the period's tickets."""
    columns: dict[str, Any] = {
        "team": Ticket.team,
        "community": Ticket.community,
        "street": Ticket.street,
        "grid": Ticket.grid,
        "place": Ticket.place_name,
        "category": Ticket.category,
        "source": Ticket.source,
        "day": func.substr(Ticket.number, 1, 6),
    }
    group = columns.get(query.group)
    if query.measure in call_figures.MEASURES:
        return _of_calls(session, town, query, scope, group)
    part, whole = _measured(query.measure, now)
    statement = select(func.sum(case((part & whole, 1), else_=0)), func.sum(case((whole, 1), else_=0)))
    statement = statement.where(scope, _filter(query))
    if group is None:
        counted = [("", *session.execute(statement).one())]
    else:
        counted = [tuple(row) for row in session.execute(statement.add_columns(group).group_by(group))]
        counted = [(key or "", part_sum, whole_sum) for part_sum, whole_sum, key in counted]
    rows = [_row(town, query, key, int(got or 0), int(of or 0)) for key, got, of in counted]
    return _ordered(query, rows)[: query.limit]


def _of_calls(session: Session, town: Town, query: Query, scope: ColumnElement[bool], group: Any) -> list[Row]:  # noqa: ANN401  (a column)
    """Figures over the calls of whistles within the period, whenever their tickets were filed."""
    where = scope & _filter(query, by_time=False)
    found = call_figures.counted(session, where, query.period.since, query.period.until, group)
    late = query.measure == "report_late"
    return _ordered(query, [_row(town, query, key, n if late else kept, calls) for key, n, kept, calls in found])[
        : query.limit
    ]


def answer_question(context: Context) -> Reply | None:
    """The answer in the chat, with the question as we understood it above."""
    query = parse(context.town, context.text, context.now)
    if query is None:
        return None
    rows = run(context.session, context.town, query, overseen(context.person), context.now)
    lines = "\n".join(_line(query, row) for row in rows) or context.say("supervising.no_tickets")
    return Reply(context.say("supervising.answer", understood=understood(context.town, query), lines=lines), keep=True)


def understood(town: Town, query: Query) -> str:
    """「上周 · 德尚小区 · 停车管理 · 按小区 · 诉求」."""
    groups = {
        "team": "按承办单位",
        "community": "按社区",
        "street": "按街道",
        "grid": "按网格",
        "place": "按小区",
        "category": "按类别",
        "source": "按来源",
        "day": "按天",
    }
    where = town.world.grids[query.grid].name if query.grid else ""
    what = town.catalogue.name(query.category, query.item) if query.category else ""
    source = shown.SOURCE_NAMES[Source(query.source)] if query.source else ""
    said = [query.period.name, where, source, what, groups.get(query.group, ""), _MEASURE_NAMES[query.measure]]
    return " · ".join(each for each in said if each)


def _measured(measure: str, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """(what is counted, out of what) for a measure; DOMAIN.md 4 has the formulas."""
    closed = Ticket.status == Status.CLOSED.value
    followed_up = closed & Ticket.closing.in_([Closing.CONFIRMED.value, Closing.EXPLAINED.value])
    due = Ticket.handle_by.is_not(None) & ((Ticket.handle_by < now) | Ticket.resolved_at.is_not(None))
    table: dict[str, tuple[ColumnElement[bool], ColumnElement[bool]]] = {
        "satisfaction_rate": (Ticket.rating >= 2, Ticket.rating.is_not(None)),
        "solved_rate": (Ticket.closing == Closing.CONFIRMED.value, followed_up),
        "on_time_rate": (Ticket.resolved_at <= Ticket.handle_by, due),
        "response_rate": (Ticket.accepted_at <= Ticket.accept_by, Ticket.accept_by.is_not(None)),
        "reopened": (Ticket.reopenings > 0, true()),
        "late": (late(now), true()),
        "open": (still_open(), true()),
        "closed": (closed, true()),
        "urged": (Ticket.urges > 0, true()),
        "urgent": (Ticket.urgent.is_(True), true()),
    }
    return table.get(measure, (true(), true()))


def _filter(query: Query, *, by_time: bool = True) -> ColumnElement[bool]:
    filed = (Ticket.created_at >= query.period.since) & (Ticket.created_at < query.period.until)
    wanted = filed if by_time else true()
    if query.grid:
        wanted &= within(query.grid)
    if query.source:
        wanted &= Ticket.source == query.source
    if query.category:
        wanted &= Ticket.category == query.category
    return wanted & (Ticket.item == query.item) if query.item else wanted


def _row(town: Town, query: Query, key: str, got: int, of: int) -> Row:
    names = {
        "team": lambda: shown.team_name(town, key),
        "category": lambda: town.catalogue.name(key),
        "place": lambda: key or "地点不明",
        "source": lambda: shown.SOURCE_NAMES[Source(key)],
        "day": lambda: f"{int(key[2:4])}月{int(key[4:6])}日" if len(key) == 6 else "—",
        "": lambda: _MEASURE_NAMES[query.measure],
    }
    grid = town.world.grids.get(key)
    name = names.get(query.group, lambda: grid.name if grid else "无归属")()
    rate = query.measure.endswith("_rate")
    return Row(key, name, (got / of if of else None) if rate else got, of)


def _ordered(query: Query, rows: list[Row]) -> list[Row]:
    if query.group == "day":
        return sorted(rows, key=lambda row: row.key)
    known = [row for row in rows if row.value is not None]
    return sorted(known, key=lambda row: ((row.value or 0) * (1 if query.order == "asc" else -1), row.key)) or rows


def _line(query: Query, row: Row) -> str:
    if query.measure.endswith("_rate"):
        return f"{row.name} {percent(row.value)}（{row.of}件）"
    return f"{row.name} {row.value:g}{'次' if query.measure in call_figures.MEASURES else '件'}"


def _named(text: str, table: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in table if re.search(pattern, text)), "")


def _what(town: Town, text: str) -> tuple[str, str]:
    """The category, or the sub-item, that a question names: its name, or its name's first two characters."""
    for key, (category, name) in town.catalogue.items.items():
        if name in text:
            return category, key
    names = town.catalogue.categories.items()
    return next((key for key, name in names if name in text or (key != "other" and name[:2] in text)), ""), ""


def _limit(text: str) -> int:
    found = _LIMIT.search(text)
    if not found:
        return _MOST
    return int(found[1]) if found[1].isdigit() else _HANZI.index(found[1])


def _this_week(now: datetime) -> Period:
    since = week_start(now)
    return Period("本周", since, since + timedelta(weeks=1))
