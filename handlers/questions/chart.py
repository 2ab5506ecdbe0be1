"""The chart of an answer over time or by groups. The text of the answer is complete without it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.states import Asks
from handlers.questions.figures import Row, parts_of
from handlers.questions.naming import measure_name, understood
from handlers.town.town import Town
from models.conversation import reply_question
from models.deferred_inserts import append
from models.push import Timer
from nlp.questions.query import DURATIONS, IN_TIME, OVERVIEW, Query

KIND = "chart"
"""Kind of the timer by which the worker draws and sends the chart after the text"""
_FEWEST, _FEWEST_SIDES = 3, 2
_MANY_MOMENTS = 14
Chart = Mapping[str, Any]
"""`kind` (line, columns, bars), `title`, `unit`, `names` on the axis, `series`: (name, values)"""


def chart_of(town: Town, query: Query, rows: Sequence[Row], now: datetime) -> Chart | None:
    """The chart; None if it would show no more than the text."""
    if query.measure == OVERVIEW or (not query.group and not query.against):
        return None
    sides = parts_of(query, now)
    if not query.group:
        return _of_sides(town, query, rows) if len(query.measures) == 1 and len(rows) >= _FEWEST_SIDES else None
    rows = [row for row in rows if row.value is not None]
    if len(rows) < _FEWEST:
        return None
    alike = [at for at, side in enumerate(sides) if _unit(side) == _unit(sides[0])]
    values = [[_value(sides[at], (row, *row.others)[at]) for row in rows] for at in alike]
    series = [(_series_name(town, query, sides[at]), each) for at, each in zip(alike, values, strict=True)]
    return _chart(town, query, _kind(query, rows), [row.name for row in rows], series)


def _of_sides(town: Town, query: Query, rows: Sequence[Row]) -> Chart:
    values = [_value(query, row) for row in rows]
    return _chart(town, query, "columns", [row.name for row in rows], [(measure_name(town, query), values)])


def _chart(
    town: Town, query: Query, kind: str, names: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]
) -> Chart:
    unit = town.say(f"asking.unit_{_unit(query)}")
    return {"kind": kind, "title": understood(town, query), "unit": unit, "names": names, "series": series}


def _kind(query: Query, rows: Sequence[Row]) -> str:
    if query.group not in IN_TIME:
        return "bars"
    return "line" if len(rows) > _MANY_MOMENTS and query.group != "hour" else "columns"


def _series_name(town: Town, query: Query, side: Query) -> str:
    return side.period.name if query.against else measure_name(town, side)


def _unit(query: Query) -> str:
    return "percent" if query.is_rate else "hours" if query.measure in DURATIONS else "tickets"


def _value(query: Query, row: Row) -> float:
    value = row.value or 0
    return round(value * 100, 1) if query.is_rate else round(float(value), 1)


def plan_picture(session: Session, message: str, person: int, now: datetime) -> None:
    """Set the timer, once for a message; the worker reads the chart from the stored question."""
    append(session, Timer, key=f"{KIND}:{message}", kind=KIND, subject_id=person, due_at=now, created_at=now)


def chart_asked_for(session: Session, person: int) -> Chart | None:
    """The chart of the person's last answer; None if they have asked something else since."""
    question = session.scalar(reply_question(person))
    return question.slots.get("chart") if question and question.state == Asks.ROWS else None
