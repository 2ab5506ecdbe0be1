"""Who comes when the whistle is blown: calls, late ones and the time to report in, by team or by place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from models.appending import dialect_of
from models.support import Support, by_whistle
from models.ticket import Ticket

MEASURES = {"report_late": "报到迟到", "report_rate": "按时报到率"}
"""Questions about calls; they count calls, not tickets"""


@dataclass(frozen=True, slots=True)
class Attendance:
    """How one team answered its calls. `minutes`: how long it took on the average, where it came."""

    team: str
    called: int
    late: int
    missing: int
    minutes: float | None


def attendance(session: Session, scope: ColumnElement[bool], since: datetime, until: datetime) -> list[Attendance]:
    """Teams called within a stretch of time, the most often late first."""
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
    """(key, late, in time, calls) of each group; of all together where there is none. Whose time is not over yet, and
    who was let go before it was, is neither.
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
