"""The sheet of figures in an exported workbook, by category, team and place, for the same area and period."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from handlers.questions.figures import Row, figures
from handlers.questions.naming import measure_name
from handlers.supervisors.spreadsheets import Cell
from handlers.town.town import Town
from nlp.questions.periods import Period
from nlp.questions.query import Query

_MEASURES = ("count", "solved", "on_time_rate", "solved_rate", "satisfaction_rate", "handle_hours")
_GROUPS = ("category", "team", "place")
_MOST = 1000


def sheet_of_figures(
    session: Session, town: Town, period: Period, scope: ColumnElement[bool], now: datetime
) -> Iterator[Sequence[Cell]]:
    """A block for each grouping; the figures equal those of the same question in the chat."""
    queries = [Query(period, (measure,)) for measure in _MEASURES]
    yield ["", *(measure_name(town, query) for query in queries)]
    yield [town.say("exporting.all"), *(_value(figures(session, town, query, scope, now)[0]) for query in queries)]
    for group in _GROUPS:
        yield []
        yield [town.say(f"asking.group_{group}"), *(measure_name(town, query) for query in queries)]
        yield from _block(session, town, period, group, scope, now)


def _block(
    session: Session, town: Town, period: Period, group: str, scope: ColumnElement[bool], now: datetime
) -> Iterator[Sequence[Cell]]:
    columns = []
    for measure in _MEASURES:
        query = Query(period, (measure,), group=group, limit=_MOST)
        columns.append({row.key: row for row in figures(session, town, query, scope, now)})
    for key, row in columns[0].items():
        yield [row.name, *(_value(column.get(key)) for column in columns)]


def _value(row: Row | None) -> float | None:
    """A cell: rates are 0 to 1; None if there is no value."""
    if row is None or row.value is None:
        return None
    return int(row.value) if float(row.value).is_integer() else round(float(row.value), 3)
