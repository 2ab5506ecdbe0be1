"""How each measure is computed: counts of tickets or calls, shares, durations (DOMAIN.md 4)."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from handlers.figures import call_counts
from handlers.figures.counts import late, still_open
from handlers.figures.days import days_between, local_day, local_hour, local_monday, local_weekday
from handlers.figures.repeats import is_repeated
from handlers.questions.conditions import moment_of, named, of_whole, wanted
from handlers.town.town import Town
from models.grid import Team
from models.status_moves import UNJUDGED, Closing, Status
from models.supporting_teams import Support
from models.ticket import Ticket, is_red
from nlp.questions.query import DURATIONS, SHARE, Query

_THREE = 3
_UNJUDGED = [status.value for status in UNJUDGED]
Counted = tuple[Any, float | None, int]
"""(group, value, number of cases): for a rate the value is the numerator, for a duration the hours"""


def counted(session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime) -> list[Counted]:
    """The values of all groups, by one grouped statement over the period's tickets or calls."""
    group = column(session, query)
    if query.measure in call_counts.MEASURES:
        return _of_calls(session, town, query, scope, group)
    if query.measure in DURATIONS:
        return _lasting(session, town, query, scope, group, now)
    part, whole = measured(session, town, query, scope, now)
    narrowed = true() if query.measure == SHARE and not query.group else wanted(session, town, query, scope, now)
    sums = select(func.sum(case((part, 1), else_=0)), func.count()).select_from(Ticket).where(scope, narrowed, whole)
    found = _by(session, sums, group)
    if query.measure == SHARE and query.group:
        total = sum(of for _, _, of in found)
        return [(key, got, total) for key, got, _ in found]
    return found


def _by(session: Session, sums: Any, group: Any) -> list[Counted]:  # noqa: ANN401  (a statement, a column)
    by = literal("") if group is None else _of_the_stretch(group)
    statement = sums.add_columns(by)
    found = session.execute(statement if group is None else statement.group_by(by))
    return [("" if key is None else key, got or 0, of) for got, of, key in found]


def _of_the_stretch(group: Any) -> Any:  # noqa: ANN401  (a column)
    """The grouping column. `+ 0` keeps SQLite from scanning the index of all places, which is ten times slower."""
    return group + literal_column("0") if group is Ticket.place_id else group


def _of_calls(
    session: Session,
    town: Town,
    query: Query,
    scope: ColumnElement[bool],
    group: Any,  # noqa: ANN401  (a column)
) -> list[Counted]:
    """Values over whistle calls in the period, whenever their tickets were filed."""
    where = scope & named(session, town, query)
    found = call_counts.counted(session, where, query.period.since, query.period.until, group)
    if query.measure == "report_late":
        return [(key, late, calls) for key, late, _, calls in found]
    return [(key, in_time, late + in_time) for key, late, in_time, _ in found]


def _lasting(
    session: Session,
    town: Town,
    query: Query,
    scope: ColumnElement[bool],
    group: Any,  # noqa: ANN401  (a column)
    now: datetime,
) -> list[Counted]:
    """Mean or median hours from filing."""
    hours, reached = lasted(session, query)
    where = (scope, wanted(session, town, query, scope, now), reached)
    if query.stat != "median":
        found = _by(session, select(func.avg(hours), func.count()).select_from(Ticket).where(*where), group)
        return [(key, float(got or 0), of) if of else (key, None, 0) for key, got, of in found]
    by = literal("") if group is None else group
    place = func.row_number().over(partition_by=by, order_by=hours)
    each = select(
        by.label("key"), hours.label("hours"), place.label("place"), func.count().over(partition_by=by).label("of")
    )
    rows = each.select_from(Ticket).where(*where).subquery()
    middle = rows.c.place.in_([(rows.c.of + 1) // 2, (rows.c.of + 2) // 2])
    middles = select(rows.c.key, func.avg(rows.c.hours), func.max(rows.c.of)).where(middle).group_by(rows.c.key)
    told: list[Counted] = [("" if key is None else key, float(got), of) for key, got, of in session.execute(middles)]
    return told or ([("", None, 0)] if group is None else [])


def lasted(session: Session, query: Query) -> tuple[ColumnElement[float], ColumnElement[bool]]:
    """(hours until the team signed or resolved, whether it did)."""
    end = Ticket.accepted_at if query.measure == "accept_hours" else Ticket.resolved_at
    return days_between(session, Ticket.created_at, end) * 24, end.is_not(None)


def column(session: Session, query: Query) -> Any:  # noqa: ANN401  (a column, None without a group)
    """The column that the question groups by; None without a group."""
    of_calls = query.measure in call_counts.MEASURES
    moment = Support.called_at if of_calls else moment_of(query)
    team = Support.team if of_calls else Ticket.team
    plain: dict[str, Any] = {
        "team": team,
        "community": Ticket.community,
        "street": Ticket.street,
        "grid": Ticket.grid,
        "place": Ticket.place_id,
        "category": Ticket.category,
        "item": Ticket.item,
        "source": Ticket.source,
        "status": Ticket.status,
        "closing": Ticket.closing,
        "rating": Ticket.rating,
        "person": Ticket.assignee_id,
    }
    if query.group in plain:
        return plain[query.group]
    if query.group == "kind":
        return select(Team.kind).where(Team.code == team).correlate(Ticket, Support).scalar_subquery()
    return _in_time(session, query.group, moment)


def _in_time(session: Session, group: str, moment: Any) -> Any:  # noqa: ANN401  (a column, None without a group)
    day = func.substr(Ticket.number, 1, 6) if moment is Ticket.created_at else local_day(session, moment)
    quarter = (cast(func.substr(day, 3, 2), Integer) + 2) // 3
    made: dict[str, Any] = {
        "day": lambda: day,
        "week": lambda: local_monday(session, moment),
        "month": lambda: func.substr(day, 1, 4),
        "quarter": lambda: func.substr(day, 1, 2) + cast(quarter, String),
        "year": lambda: func.substr(day, 1, 2),
        "hour": lambda: local_hour(session, moment),
        "weekday": lambda: local_weekday(session, moment),
    }
    return made[group]() if group in made else None


def measured(
    session: Session, town: Town, query: Query, scope: ColumnElement[bool], now: datetime
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """(numerator, denominator) of a measure as conditions; the formulas are in DOMAIN.md 4."""
    if query.measure == SHARE:
        share = wanted(session, town, query, scope, now)
        return (true(), true()) if query.group else (share, of_whole(session, town, query))
    closed = Ticket.status == Status.CLOSED.value
    confirmed = Ticket.closing == Closing.CONFIRMED.value
    followed_up = closed & Ticket.closing.in_([Closing.CONFIRMED.value, Closing.EXPLAINED.value])
    finished_late = Ticket.resolved_at > Ticket.handle_by
    judged = Ticket.status.not_in(_UNJUDGED)
    table: dict[str, tuple[ColumnElement[bool], ColumnElement[bool]]] = {
        "satisfaction_rate": (Ticket.rating >= 2, Ticket.rating.is_not(None)),
        "solved_rate": (confirmed, followed_up),
        "on_time_rate": (Ticket.resolved_at <= Ticket.handle_by, _due(Ticket.handle_by, Ticket.resolved_at, now)),
        "response_rate": (Ticket.accepted_at <= Ticket.accept_by, _due(Ticket.accept_by, Ticket.accepted_at, now)),
        "reopened_rate": (Ticket.reopenings > 0, closed | (Ticket.reopenings > 0)),
        "three_day_rate": (days_between(session, Ticket.created_at, Ticket.resolved_at) <= _THREE, closed),
        "closed_rate": (closed, judged),
        "late_rate": (late(now) | finished_late, judged),
        "returned_rate": (Ticket.returns > 0, judged),
        "urged_rate": (Ticket.urges > 0, judged),
        "repeated": (is_repeated(session), true()),
        "repeated_rate": (is_repeated(session), judged),
        "returned": (Ticket.returns > 0, true()),
        "red": (is_red(), true()),
        "reopened": (Ticket.reopenings > 0, true()),
        "late": (late(now) if query.is_of_now else late(now) | finished_late, true()),
        "open": (still_open(), true()),
        "solved": (confirmed, closed),
        "closed": (closed, closed),
        "urged": (Ticket.urges > 0, true()),
    }
    part, whole = table.get(query.measure, (true(), true()))
    return (part, part & whole) if query.is_of_now else (part, whole)


def _due(limit: Any, kept_at: Any, now: datetime) -> ColumnElement[bool]:  # noqa: ANN401  (mapped columns)
    """Tickets whose limit can be judged: the deed was done, in time or late, or the deadline is over. Stopped clocks
    don't run out. Withdrawn, declined and merged tickets are excluded (剔除), as in 推演.
    """
    clock = func.coalesce(Ticket.stopped_at, literal(now, limit.type))
    judged = Ticket.status.not_in(_UNJUDGED) & limit.is_not(None)
    return and_(judged, or_(kept_at.is_not(None), limit < clock))
