"""Figures of whistle calls: calls, late ones and the time to report in, by team or another group."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from models.deferred_inserts import dialect_of
from models.supporting_teams import Support, by_whistle
from models.ticket import Ticket

MEASURES = {"report_late": "报到迟到", "report_rate": "按时报到率"}
"""Measures that count calls, not tickets"""


@dataclass(frozen=True, slots=True)
class Attendance:
    """How a team answered its calls. `minutes`: the average time to report in; None if it never came."""

    team: str
    called: int
    late: int
    missing: int
    minutes: float | None


def attendance(session: Session, scope: ColumnElement[bool], since: datetime, until: datetime) -> list[Attendance]:
    """Teams called in a period, the most often late first."""
    came = Support.reported_at.is_not(None)
    late = Support.late.is_(True)
    columns = (func.count(), _count(late), _count(~came & late), func.avg(_minutes(session)))
    query = _calls(scope, since, until, Support.team, *columns).group_by(Support.team)
    rows = [Attendance(*row) for row in session.execute(query)]
    return sorted(rows, key=lambda row: (-row.late, -row.called, row.team))


def counted(
    session: Session,
    scope: ColumnElement[bool],
    since: datetime,
    until: datetime,
    group: Any,  # noqa: ANN401  (a column)
) -> list[tuple[str, int, int, int]]:
    """(key, late, in time, calls) of each group, or of all calls without a group.
    Calls whose deadline is not over, and teams released before it, count as neither late nor in time.
    """
    in_time = Support.late.is_(False) & Support.reported_at.is_not(None)
    sums = (_count(Support.late.is_(True)), _count(in_time), func.count())
    column = literal("") if group is None else group
    query = _calls(scope, since, until, column, *sums)
    rows = session.execute(query if group is None else query.group_by(column))
    return [(key or "", late or 0, in_time or 0, calls) for key, late, in_time, calls in rows]


def _calls(scope: ColumnElement[bool], since: datetime, until: datetime, *columns: Any) -> Any:  # noqa: ANN401
    within = by_whistle() & (Support.called_at >= since) & (Support.called_at < until)
    return select(*columns).join(Ticket, Ticket.id == Support.ticket_id).where(within, scope)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _minutes(session: Session) -> ColumnElement[float]:
    if dialect_of(session) == "postgresql":
        return cast(extract("epoch", Support.reported_at - Support.called_at) / 60, Float)
    return (func.julianday(Support.reported_at) - func.julianday(Support.called_at)) * 1440
