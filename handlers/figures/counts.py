"""Figures: counts, each of which can list the tickets that it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    bindparam,
    case,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from models.base import UtcDateTime
from models.deferred_inserts import catch_up
from models.prebuilt_conditions import kept
from models.prepared_statements import Prepared
from models.status_condition import stands
from models.status_moves import OPEN, Closing, Status
from models.ticket import Ticket, is_red, not_ended, running_limit

Moment = datetime | BindParameter[datetime]


def late(now: Moment) -> ColumnElement[bool]:
    """The current deadline is over: not signed in time, or not handled in time."""
    return not_ended() & (running_limit() < now)


def still_open() -> ColumnElement[bool]:
    return not_ended() & stands(OPEN)


MOST_URGENT_FIRST: tuple[SQLColumnExpression[Any], ...] = (
    Ticket.urgent.is_(False),
    func.coalesce(running_limit(), bindparam("now", type_=UtcDateTime())),
)
"""Urgent tickets first, then by the current deadline; a ticket with stopped clocks counts as due `now`"""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: its name, and the condition of its tickets, which can be rebuilt from `key`."""

    key: str
    name: str
    condition: ColumnElement[bool]
    of_desk: bool = False
    """It counts tickets on the desk; those without a grid count for every supervisor"""
    of_now: bool = False
    """It counts the present state, whatever period is asked for"""
    by_limit: bool = False
    """Listed by deadline, the longest overdue first; else the newest first"""

    @property
    def order(self) -> list[SQLColumnExpression[Any]]:
        return [running_limit(), Ticket.id] if self.by_limit else [Ticket.id.desc()]

    def after(self, number: int, limit: datetime | None) -> ColumnElement[bool]:
        """The tickets after this id and deadline in the list's order (keyset pagination)."""
        if not self.by_limit:
            return Ticket.id < number
        return tuple_(running_limit(), Ticket.id) > tuple_(literal(limit, UtcDateTime), literal(number))


def figures_of(since: Moment, now: Moment, until: datetime | None = None) -> list[Figure]:
    """The supervisor's figures for a period (until now, if no end is given), and of the present state."""
    filed = (Ticket.created_at >= since) & (Ticket.created_at < until if until else Ticket.created_at <= now)
    finished = Ticket.status == Status.CLOSED.value
    ended = (Ticket.ended_at >= since) & (Ticket.ended_at < until if until else Ticket.ended_at <= now)
    solved = Ticket.closing == Closing.CONFIRMED.value
    unsolved = Ticket.closing.in_([kind.value for kind in Closing if kind is not Closing.CONFIRMED])
    unowned = stands((Status.PENDING, Status.RECEIVED)) & Ticket.team.is_(None)
    return [
        Figure("new", "新增", filed),
        Figure("resolved", "办结待回访", not_ended() & (Ticket.status == Status.RESOLVED.value), of_now=True),
        Figure("solved", "居民确认解决", ended & solved),
        Figure("unsolved", "未确认解决的结案", unsolved & ended & finished),
        Figure("open", "在办", still_open(), of_now=True),
        Figure("late", "超时", late(now), of_now=True, by_limit=True),
        Figure("red", "红色警情", filed & is_red()),
        Figure(
            "incomplete", "待补充（还差地点）", not_ended() & (Ticket.status == Status.INCOMPLETE.value), of_desk=True
        ),
        Figure("desk", "无人承接", not_ended() & unowned, of_desk=True),
    ]


def count(
    session: Session, scope: ColumnElement[bool], figures: list[Figure], on_desk: ColumnElement[bool]
) -> dict[str, int]:
    """All figures by one statement, each from its own index, within `scope`, or `on_desk` for those of the desk."""
    return _counted(figures, session.execute(_counting(figures, scope, on_desk)).one())


FIGURES = figures_of(bindparam("since"), bindparam("now"))
"""The supervisor's daily figures, with the period as bind parameters"""


def count_every(
    session: Session, scope: ColumnElement[bool], on_desk: ColumnElement[bool], since: datetime, now: datetime
) -> dict[str, int]:
    """Like `count` for `FIGURES`, by a statement that is cached for each scope."""
    catch_up(session, Ticket)
    return _counted(FIGURES, _counting_every(scope, on_desk).rows(session, {"since": since, "now": now})[0])


def _counted(figures: list[Figure], counts: Sequence[int]) -> dict[str, int]:
    return dict(zip((figure.key for figure in figures), counts, strict=True))


@kept
def _counting_every(scope: ColumnElement[bool], on_desk: ColumnElement[bool]) -> Prepared[Any]:
    return Prepared(_counting(FIGURES, scope, on_desk))


def _counting(figures: list[Figure], scope: ColumnElement[bool], on_desk: ColumnElement[bool]) -> Select[Any]:
    counts = (
        select(func.count())
        .select_from(Ticket)
        .where(figure.condition, on_desk if figure.of_desk else scope)
        .scalar_subquery()
        for figure in figures
    )
    return select(*counts)


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts and rates of one group (grid, team, category), each over valid cases only."""

    key: str
    filed: int
    open: int
    late: int
    closed: int
    solved: int
    rated: int
    satisfied: int

    @property
    def solved_rate(self) -> float | None:
        """解决率: confirmed by the resident ÷ closed with a valid follow-up; None if there was none."""
        return self.solved / self.closed if self.closed else None

    @property
    def satisfaction_rate(self) -> float | None:
        """满意率: satisfied or basically satisfied ÷ rated; None if none was rated."""
        return self.satisfied / self.rated if self.rated else None


def standings(
    session: Session,
    scope: ColumnElement[bool],
    group: Any,  # noqa: ANN401  (a mapped column)
    since: datetime,
    now: datetime,
) -> list[Standing]:
    """One row for each group, over tickets filed since `since`, the group with most tickets first."""
    closed = Ticket.closing.in_([Closing.CONFIRMED.value, Closing.EXPLAINED.value])
    columns = (
        func.count(),
        _sum(still_open()),
        _sum(late(now)),
        _sum(closed),
        _sum(Ticket.closing == Closing.CONFIRMED.value),
        _sum(Ticket.rating.is_not(None)),
        _sum(Ticket.rating >= 2),
    )
    query = (
        select(group, *columns)
        .where(scope, Ticket.created_at >= since, Ticket.created_at <= now)
        .group_by(group)
        .order_by(func.count().desc(), group)
    )
    return [Standing(key or "", *(int(value or 0) for value in values)) for key, *values in session.execute(query)]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def percent(rate: float | None) -> str:
    """「92%」; 「—」 for None."""
    return "—" if rate is None else f"{rate:.0%}"
