"""The rows of an answer, one for each group, measure and period; each row can list its tickets."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, false, func, select
from sqlalchemy.orm import Session

from handlers.figures.counts import Figure, count, figures_of
from handlers.figures.days import day_start
from handlers.questions.conditions import named, of_whole, wanted
from handlers.questions.counting import column, counted, lasted, measured
from handlers.questions.naming import group_name, measure_name
from handlers.tickets.access import how_many, tickets
from handlers.town.town import Town
from models.ticket import CHINA, Ticket
from nlp.questions.query import DURATIONS, OVERVIEW, SHARE, Query

MOST_OPENED = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an answer: `value` is a count, hours, or a rate 0–1 over `of` cases (None if there are none)."""

    key: str
    name: str
    value: float | None
    of: int
    group: Any = None
    """The group's value in the database; with several figures, [number of the figure, value]"""
    others: tuple["Row", ...] = ()
    """The same group's rows for the other measures or periods"""


def run(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """The figures, cut to the number asked for."""
    return cut(query, figures(session, town, query, scope, now))


def figures(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """All figures, in order."""
    if query.measure == OVERVIEW:
        return _overview(session, town, query, scope, now)
    parts = parts_of(query, now)
    if len(parts) == 1:
        return _ordered(query, _single(session, town, query, scope, now))
    told = [_single(session, town, part, scope, now) for part in parts]
    if not query.group:
        return [_part(town, query, part, row, at) for at, (part, [row]) in enumerate(zip(parts, told, strict=True))]
    return _ordered(query, _side_by_side(town, parts, told))


def parts_of(query: Query, now: datetime) -> list[Query]:
    """A question with several measures or periods as single queries, which are computed separately."""
    return [side for measure in query.each() for side in measure.sides(now)]


def _single(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    found = counted(session, town, query, scope, now)
    if query.group == "day" and not query.is_rate and query.measure not in DURATIONS:
        found += [(day, 0, 0) for day in _days(query, now) - {key for key, *_ in found}]
    rows = [_row(town, query, *each) for each in found]
    held = query.having if query.group and not query.waits else None
    if held and held.unit == "mean":
        held = replace(held, value=_mean(query, rows))
    return [
        row for row in rows if held is None or (row.value is not None and held.holds(_measured_in(query, row.value)))
    ]


def _mean(query: Query, rows: list[Row]) -> float:
    """The mean: of rates and durations over all cases, of counts over the groups."""
    known = [(_measured_in(query, row.value), row.of) for row in rows if row.value is not None]
    if not query.is_rate and query.measure not in DURATIONS:
        return sum(value for value, _ in known) / len(known) if known else 0.0
    return sum(value * of for value, of in known) / max(1, sum(of for _, of in known))


def _measured_in(query: Query, value: float) -> float:
    """The value in the unit of bounds; for durations, days instead of hours."""
    return value / 24 if query.measure in DURATIONS else value


def _part(town: Town, query: Query, part: Query, row: Row, number: int) -> Row:
    """A row named by its measure, its period, or both, whichever differs."""
    names = [measure_name(town, part)] if len(query.measures) > 1 else []
    names += [part.period.name] if query.against else []
    name = " ".join(names)
    return replace(row, key=name, name=name, group=[number, row.group])


def _side_by_side(town: Town, parts: list[Query], told: list[list[Row]]) -> list[Row]:
    """One row for each group; a group that a part lacks counts as 0 there."""
    keys = dict.fromkeys((row.key, row.group) for rows in told for row in rows)
    rows = list[Row]()
    for key, group in keys:
        these = [
            next((row for row in rows_of_part if row.key == key), _row(town, part, group, 0, 0))
            for part, rows_of_part in zip(parts, told, strict=True)
        ]
        rows.append(replace(these[0], group=[0, group], others=tuple(these[1:])))
    return rows


def _overview(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Row]:
    """The supervisor's daily figures, of an area, a category or all that they oversee."""
    every = _of_overview(query, now)
    found = count(session, scope & named(session, town, query), every, scope)
    return [Row(each.key, each.name, found[each.key], found[each.key], each.key) for each in every]


def _of_overview(query: Query, now: datetime) -> list[Figure]:
    """The overview's figures, without those of the desk; for a past period, without those of the present state."""
    every = figures_of(query.period.since, now, query.period.until)
    return [each for each in every if not each.of_desk and not (each.of_now and query.period.until <= now)]


def cases(
    session: Session,
    town: Town,
    query: Query,
    scope: ColumnElement[bool],
    group: Any,  # noqa: ANN401  (a code, a place's id, with the number of the figure before it)
    now: datetime,
    total: int | None = None,
) -> tuple[list[int], int]:
    """The tickets of one row, the newest first, and their number. For a rate, all its cases, first those that don't
    fulfil it. `total`: their number, if the caller knows it.
    """
    if query.measure == OVERVIEW:
        figure = next(each for each in _of_overview(query, now) if each.key == group)
        return _listed(session, figure.condition & scope & named(session, town, query), figure.order)
    parts = parts_of(query, now)
    if len(parts) > 1:
        number, group = group
        return cases(session, town, parts[number], scope, group, now)
    return _of_group(session, town, query, scope, group, now, total)


def _of_group(
    session: Session,
    town: Town,
    query: Query,
    scope: ColumnElement[bool],
    group: Any,  # noqa: ANN401  (a code, a place's id)
    now: datetime,
    total: int | None,
) -> tuple[list[int], int]:
    by, narrowed = column(session, query), wanted(session, town, query, scope, now)
    if by is not None:
        narrowed &= by.is_(None) if group == "" and query.group in _MAY_LACK else by == group
    if query.measure in DURATIONS:
        hours, reached = lasted(session, query)
        return _listed(session, scope & narrowed & reached, [hours.desc(), Ticket.id.desc()])
    if query.measure == SHARE:
        whole = of_whole(session, town, query) if not query.group else narrowed
        return _listed(session, scope & narrowed & whole, [Ticket.id.desc()])
    part, whole = measured(session, town, query, scope, now)
    of_these = scope & narrowed & whole
    if not query.is_rate:
        return _listed(session, of_these & part, _NEWEST, total)
    kept = func.coalesce(part, false())
    found, _ = _listed(session, of_these & ~kept, _NEWEST, 0)
    if len(found) < MOST_OPENED:
        found += _listed(session, of_these & kept, _NEWEST, 0)[0]
    return found[:MOST_OPENED], how_many(session, tickets(of_these)) if total is None else total


_NEWEST: list[SQLColumnExpression[Any]] = [Ticket.created_at.desc(), Ticket.id.desc()]
"""In the order of an index, so that the database stops at the limit"""
_MAY_LACK = frozenset(
    {"team", "community", "street", "grid", "place", "person", "rating", "kind", "day", "week", "month", "quarter"}
)
"""Groupings whose column may be NULL; other columns never are"""


def _listed(
    session: Session,
    narrowed: ColumnElement[bool],
    order: list[SQLColumnExpression[Any]],
    total: int | None = None,
) -> tuple[list[int], int]:
    first = select(Ticket.id).where(narrowed).order_by(*order).limit(MOST_OPENED)
    return list(session.scalars(first)), how_many(session, tickets(narrowed)) if total is None else total


def _days(query: Query, now: datetime) -> set[str]:
    """The days of a period that have begun."""
    first, end = query.period.since, min(query.period.until, day_start(now) + timedelta(days=1))
    return {f"{(first + timedelta(days=day)).astimezone(CHINA):%y%m%d}" for day in range((end - first).days)}


def _row(town: Town, query: Query, key: Any, got: float | None, of: int) -> Row:  # noqa: ANN401  (a code, a place's id)
    name = group_name(town, query, key)
    value = ((got or 0) / of if of else None) if query.is_rate else got
    if query.measure in DURATIONS and not of:
        value = None
    return Row(name if query.group == "place" and key else str(key), name, value, of, key)


def _ordered(query: Query, rows: list[Row]) -> list[Row]:
    if query.order == "time":
        return sorted(rows, key=lambda row: row.key.zfill(6))
    known = [row for row in rows if row.value is not None]
    sign = 1 if query.order == "asc" else -1
    return sorted(known, key=lambda row: ((row.value or 0) * sign, row.key)) or sorted(rows, key=lambda row: row.key)


def cut(query: Query, rows: list[Row]) -> list[Row]:
    """The first rows; in order of time, the latest."""
    return rows[-query.limit :] if query.order == "time" else rows[: query.limit]
