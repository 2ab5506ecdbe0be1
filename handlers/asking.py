"""Figures that answer a question in plain words (handlers.plain_questions), each counted as DOMAIN.md 4 says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, literal_column, or_, select, true
from sqlalchemy.orm import Session

from handlers import call_figures, shown
from handlers.access import overseen, within
from handlers.choosing import numbered
from handlers.dialogue import Context, Reply
from handlers.figures import day_start, late, percent, still_open
from handlers.local_days import days_between, local_day
from handlers.plain_questions import MEASURE_NAMES, Query, parse
from handlers.replay_facts import UNJUDGED
from handlers.town import Town
from models.grid import TeamKind
from models.moves import Closing, Status
from models.support import Support
from models.ticket import CHINA, Source, Ticket

_ENDINGS = frozenset({"closed", "solved"})
"""Counted in the time when they ended; all else in the time when it was filed"""
_THREE = 3
ROWS = "asking.rows"
MOST_OPENED = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer: `value` a count, or a rate 0–1 over `of` cases (None where there are none)."""

    key: str
    name: str
    value: float | None
    of: int
    group: Any = None
    """What the database calls this group"""


def run(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """The figures, as many as were asked for."""
    return _cut(query, figures(session, town, query, scope, now))


def figures(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """All of them, in their order. One grouped statement over the period's tickets, or over its calls."""
    group = _column(session, query)
    if query.measure in call_figures.MEASURES:
        counted = _of_calls(session, town, query, scope, group)
    else:
        part, whole = _measured(session, query, now)
        sums = select(func.sum(case((part, 1), else_=0)), func.count()).select_from(Ticket)
        by = literal("") if group is None else _of_the_stretch(group)
        counting = sums.where(scope, _filter(town, query), whole).add_columns(by)
        found = session.execute(counting if group is None else counting.group_by(by))
        counted = [(key or "", got or 0, of) for got, of, key in found]
    if query.kind:
        counted = [each for each in counted if _kind(town, each[0]) == query.kind]
    if query.group == "day" and not query.measure.endswith("_rate"):
        counted += [(day, 0, 0) for day in _days(query, now) - {key for key, *_ in counted}]
    return _ordered(query, [_row(town, query, *each) for each in counted])


def _of_the_stretch(group: Any) -> Any:  # noqa: ANN401  (a column)
    """By the bare id SQLite would go through the index of all places, each for itself: ten times the work."""
    return group + literal_column("0") if group is Ticket.place_id else group


def _of_calls(
    session: Session,
    town: Town,
    query: Query,
    scope: ColumnElement[bool],
    group: Any,  # noqa: ANN401  (a column)
) -> list[tuple[Any, int, int]]:
    """Figures over the calls of whistles within the period, whenever their tickets were filed."""
    where = scope & _filter(town, query, by_time=False)
    found = call_figures.counted(session, where, query.period.since, query.period.until, group)
    if query.measure == "report_late":
        return [(key, late, calls) for key, late, _, calls in found]
    return [(key, in_time, late + in_time) for key, late, in_time, _ in found]


def _column(session: Session, query: Query) -> Any:  # noqa: ANN401  (a column, None without a group)
    of_calls = query.measure in call_figures.MEASURES
    moment = Support.called_at if of_calls else _moment(query)
    columns: dict[str, Any] = {
        "team": Support.team if of_calls else Ticket.team,
        "community": Ticket.community,
        "street": Ticket.street,
        "grid": Ticket.grid,
        "place": Ticket.place_id,
        "category": Ticket.category,
        "source": Ticket.source,
        "day": func.substr(Ticket.number, 1, 6) if moment is Ticket.created_at else local_day(session, moment),
    }
    return columns.get(query.group)


def _moment(query: Query) -> Any:  # noqa: ANN401  (a mapped column)
    return Ticket.ended_at if query.measure in _ENDINGS else Ticket.created_at


def answer_question(context: Context) -> Reply | None:
    """The answer in the chat, with the question as we understood it above and what we left out below."""
    query = parse(context.town, context.text, context.now)
    if query is None:
        return None
    if query.strange:
        names = "、".join(dict.fromkeys(MEASURE_NAMES.values()))
        said = context.say("asking.strange", words="”“".join(query.strange), measures=names)
        return Reply(said, keep=True)
    found = figures(context.session, context.town, query, overseen(context.person), context.now)
    rows = _cut(query, found)
    lines = numbered([_line(query, row) for row in rows]).splitlines() or [context.say("supervising.no_tickets")]
    lines += _remarks(context, query, found, len(rows))
    text = context.say("supervising.answer", understood=understood(context.town, query), lines="\n".join(lines))
    if not rows or query.measure in call_figures.MEASURES:
        return Reply(text, keep=True)  # calls are opened by 点名
    slots = {"text": context.text, "at": context.now.isoformat(), "rows": [[row.group, row.name] for row in rows]}
    return Reply(f"{text}\n{context.say('asking.open')}", ROWS, slots)


def cases(
    session: Session,
    town: Town,
    query: Query,
    scope: ColumnElement[bool],
    group: Any,  # noqa: ANN401  (a code, a place's id)
    now: datetime,
) -> tuple[list[int], int]:
    """The tickets of one row of an answer, the newest first, and how many of them there are. Of a rate all that it is
    of, first those that pull it down.
    """
    part, whole = _measured(session, query, now)
    column = _column(session, query)
    wanted = scope & _filter(town, query) & whole
    if column is not None:
        wanted &= column.is_(None) if group == "" else column == group
    if not query.measure.endswith("_rate"):
        wanted &= part
    held_up = case((part, 1), else_=0)
    first = select(Ticket.id).where(wanted).order_by(held_up, Ticket.id.desc()).limit(MOST_OPENED)
    count = session.scalar(select(func.count()).select_from(Ticket).where(wanted)) or 0
    return list(session.scalars(first)), count


def _remarks(context: Context, query: Query, found: list[Row], shown_rows: int) -> list[str]:
    """How many there are besides, who is not among them, and which words were not heeded."""
    said = []
    if len(found) > shown_rows:
        said.append(context.say("asking.cut", groups=len(found), shown=shown_rows))
    if query.group and query.group != "day" and query.order == "asc" and not query.measure.endswith("_rate"):
        said.append(context.say("asking.none_left_out"))
    if query.unread:
        said.append(context.say("asking.unread", words="”“".join(query.unread)))
    return said


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
    team = shown.team_name(town, query.team) if query.team else ""
    kind = {TeamKind.PROPERTY: "物业", TeamKind.DEPARTMENT: "部门"}.get(TeamKind(query.kind), "") if query.kind else ""
    by = groups.get(query.group, "") + (f"（{kind}）" if kind else "")
    said = [query.period.name, where, query.place, team, source, what, by, _measure_name(query)]
    return " · ".join(each for each in said if each)


def _measured(session: Session, query: Query, now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """(what is counted, out of what) for a measure; DOMAIN.md 4 has the formulas."""
    closed = Ticket.status == Status.CLOSED.value
    followed_up = closed & Ticket.closing.in_([Closing.CONFIRMED.value, Closing.EXPLAINED.value])
    finished_late = Ticket.resolved_at > Ticket.handle_by
    confirmed = Ticket.closing == Closing.CONFIRMED.value
    table: dict[str, tuple[ColumnElement[bool], ColumnElement[bool]]] = {
        "satisfaction_rate": (Ticket.rating >= 2, Ticket.rating.is_not(None)),
        "solved_rate": (confirmed, followed_up),
        "on_time_rate": (Ticket.resolved_at <= Ticket.handle_by, _due(Ticket.handle_by, Ticket.resolved_at, now)),
        "response_rate": (Ticket.accepted_at <= Ticket.accept_by, _due(Ticket.accept_by, Ticket.accepted_at, now)),
        "reopened_rate": (Ticket.reopenings > 0, closed | (Ticket.reopenings > 0)),
        "three_day_rate": (days_between(session, Ticket.created_at, Ticket.resolved_at) <= _THREE, closed),
        "returned": (Ticket.returns > 0, true()),
        "red": (Ticket.red_flag != "", true()),
        "reopened": (Ticket.reopenings > 0, true()),
        "late": (late(now) if query.is_of_now else late(now) | finished_late, true()),
        "open": (still_open(), true()),
        "solved": (confirmed, closed),
        "closed": (closed, closed),
        "urged": (Ticket.urges > 0, true()),
        "urgent": (Ticket.urgent.is_(True), true()),
    }
    part, whole = table.get(query.measure, (true(), true()))
    return (part, part & whole) if query.is_of_now else (part, whole)


def _due(limit: Any, kept_at: Any, now: datetime) -> ColumnElement[bool]:  # noqa: ANN401  (mapped columns)
    """A limit that was kept, late or in time, or has run out, not while its clock stood still. Left out (剔除) is what
    nobody had to finish, as 推演 does.
    """
    clock = func.coalesce(Ticket.stopped_at, literal(now, limit.type))
    judged = Ticket.status.not_in([status.value for status in UNJUDGED]) & limit.is_not(None)
    return and_(judged, or_(kept_at.is_not(None), limit < clock))


def _filter(town: Town, query: Query, *, by_time: bool = True) -> ColumnElement[bool]:
    moment = _moment(query)
    wanted = (
        (moment >= query.period.since) & (moment < query.period.until) if by_time and not query.is_of_now else true()
    )
    if query.grid:
        wanted &= within(query.grid)
    if query.place:
        wanted &= Ticket.place_id.in_([place.id for place in town.world.places_named(query.place)])
    if query.team:
        wanted &= (Support.team if query.measure in call_figures.MEASURES else Ticket.team) == query.team
    if query.source:
        wanted &= Ticket.source == query.source
    if query.category:
        wanted &= Ticket.category == query.category
    return wanted & (Ticket.item == query.item) if query.item else wanted


def _days(query: Query, now: datetime) -> set[str]:
    """The days of a period that have begun."""
    first, end = query.period.since, min(query.period.until, day_start(now) + timedelta(days=1))
    return {f"{(first + timedelta(days=day)).astimezone(CHINA):%y%m%d}" for day in range((end - first).days)}


def _row(town: Town, query: Query, key: Any, got: int, of: int) -> Row:  # noqa: ANN401  (a code, a place's id)
    rate = query.measure.endswith("_rate")
    name = _name(town, query, key)
    return Row(
        name if query.group == "place" and key else key, name, (got / of if of else None) if rate else got, of, key
    )


def _name(town: Town, query: Query, key: Any) -> str:  # noqa: ANN401
    grid = town.world.grids.get(key)
    names: dict[str, Callable[[], str]] = {
        "": lambda: _measure_name(query),
        "team": lambda: shown.team_name(town, key),
        "category": lambda: town.catalogue.name(key),
        "source": lambda: shown.SOURCE_NAMES[Source(key)],
        "day": lambda: f"{int(key[2:4])}月{int(key[4:6])}日" if len(key) == len("yymmdd") else "—",
        "place": lambda: _place_name(town, key),
    }
    return names.get(query.group, lambda: grid.name if grid else "无归属")()


def _place_name(town: Town, key: Any) -> str:  # noqa: ANN401
    """With its community where another one has a place of the same name."""
    place = town.world.places.get(key)
    if place is None:
        return "地点不明"
    community = town.world.grids.get(place.community)
    if community is None or len(town.world.places_named(place.name)) == 1:
        return place.name
    return f"{place.name}（{community.name}）"


def _kind(town: Town, key: Any) -> str:  # noqa: ANN401
    team = town.world.teams.get(key)
    return team.kind if team else ""


def _measure_name(query: Query) -> str:
    name = MEASURE_NAMES[query.measure]
    return f"{name}（含已办结的）" if query.measure == "late" and not query.is_of_now else name


def _ordered(query: Query, rows: list[Row]) -> list[Row]:
    if query.group == "day" and query.order == "time":
        return sorted(rows, key=lambda row: row.key)
    known = [row for row in rows if row.value is not None]
    sign = 1 if query.order == "asc" else -1
    return sorted(known, key=lambda row: ((row.value or 0) * sign, row.key)) or sorted(rows, key=lambda row: row.key)


def _cut(query: Query, rows: list[Row]) -> list[Row]:
    """The first ones; of days in their order the latest."""
    return rows[-query.limit :] if query.order == "time" else rows[: query.limit]


def _line(query: Query, row: Row) -> str:
    if query.measure.endswith("_rate"):
        return f"{row.name} {percent(row.value)}（{row.of}件）"
    return f"{row.name} {row.value:g}{'次' if query.measure in call_figures.MEASURES else '件'}"
