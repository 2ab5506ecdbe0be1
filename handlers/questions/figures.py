"""The figures that a question in plain words asks for (handlers.query), each counted as DOMAIN.md 4 says."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from handlers.figures import call_counts
from handlers.figures.counts import Figure, count, figures_of, late, still_open
from handlers.figures.days import day_start, days_between, local_day
from handlers.notifications import ticket_text
from handlers.questions.query import MEASURE_NAMES, OVERVIEW, Query
from handlers.tickets.access import how_many, tickets, within
from handlers.town.town import Town
from models.moves import UNJUDGED, Closing, Status
from models.support import Support
from models.ticket import CHINA, Source, Ticket, is_red

_ENDINGS = frozenset({"closed", "solved"})
"""Counted in the time when they ended; all else in the time when it was filed"""
_THREE = 3
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
    return cut(query, figures(session, town, query, scope, now))


def figures(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """All of them, in their order. One grouped statement over the period's tickets, or over its calls."""
    if query.against:
        return _compared(session, town, query, scope, now)
    if query.measure == OVERVIEW:
        return _overview(session, town, query, scope, now)
    group = _column(session, query)
    if query.measure in call_counts.MEASURES:
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
    if query.group == "day" and not query.is_rate:
        counted += [(day, 0, 0) for day in _days(query, now) - {key for key, *_ in counted}]
    return _ordered(query, [_row(town, query, *each) for each in counted])


def _compared(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """A row a period, as if each had been asked for alone."""
    rows = list[Row]()
    for number, side in enumerate(query.sides(now)):
        [row] = figures(session, town, side, scope, now)
        rows.append(replace(row, key=side.period.name, name=side.period.name, group=number))
    return rows


def _overview(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """What supervisors look at every day, of an area, a category or all that they oversee."""
    every = _of_overview(query, now)
    counted = count(session, scope & _filter(town, query, by_time=False), every, scope)
    return [Row(each.key, each.name, counted[each.key], counted[each.key], each.key) for each in every]


def _of_overview(query: Query, now: datetime) -> list[Figure]:
    """What lies in nobody's area belongs to none; of a time that is over, nothing that is of this moment."""
    every = figures_of(query.period.since, now, query.period.until)
    return [each for each in every if not each.of_desk and not (each.of_now and query.period.until <= now)]


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
    found = call_counts.counted(session, where, query.period.since, query.period.until, group)
    if query.measure == "report_late":
        return [(key, late, calls) for key, late, _, calls in found]
    return [(key, in_time, late + in_time) for key, late, in_time, _ in found]


def _column(session: Session, query: Query) -> Any:  # noqa: ANN401  (a column, None without a group)
    of_calls = query.measure in call_counts.MEASURES
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
    if query.against:
        return cases(session, town, query.sides(now)[group], scope, "", now)
    if query.measure == OVERVIEW:
        figure = next(each for each in _of_overview(query, now) if each.key == group)
        return _listed(session, figure.condition & scope & _filter(town, query, by_time=False), figure.order)
    part, whole = _measured(session, query, now)
    column = _column(session, query)
    wanted = scope & _filter(town, query) & whole
    if column is not None:
        wanted &= column.is_(None) if group == "" else column == group
    if not query.is_rate:
        wanted &= part
    return _listed(session, wanted, [case((part, 1), else_=0), Ticket.id.desc()])


def _listed(
    session: Session, wanted: ColumnElement[bool], order: list[SQLColumnExpression[Any]]
) -> tuple[list[int], int]:
    first = select(Ticket.id).where(wanted).order_by(*order).limit(MOST_OPENED)
    return list(session.scalars(first)), how_many(session, tickets(wanted))


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
        "red": (is_red(), true()),
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
        wanted &= (Support.team if query.measure in call_counts.MEASURES else Ticket.team) == query.team
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
    rate = query.is_rate
    name = _name(town, query, key)
    return Row(
        name if query.group == "place" and key else key, name, (got / of if of else None) if rate else got, of, key
    )


def _name(town: Town, query: Query, key: Any) -> str:  # noqa: ANN401
    grid = town.world.grids.get(key)
    names: dict[str, Callable[[], str]] = {
        "": lambda: measure_name(query),
        "team": lambda: ticket_text.team_name(town, key),
        "category": lambda: town.catalogue.name(key),
        "source": lambda: ticket_text.SOURCE_NAMES[Source(key)],
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


def _ordered(query: Query, rows: list[Row]) -> list[Row]:
    if query.group == "day" and query.order == "time":
        return sorted(rows, key=lambda row: row.key)
    known = [row for row in rows if row.value is not None]
    sign = 1 if query.order == "asc" else -1
    return sorted(known, key=lambda row: ((row.value or 0) * sign, row.key)) or sorted(rows, key=lambda row: row.key)


def cut(query: Query, rows: list[Row]) -> list[Row]:
    """The first ones; of days in their order the latest."""
    return rows[-query.limit :] if query.order == "time" else rows[: query.limit]


def measure_name(query: Query) -> str:
    name = MEASURE_NAMES[query.measure]
    return f"{name}（含已办结的）" if query.measure == "late" and not query.is_of_now else name
