"""Two sheets of an exported workbook: figures by category, team and place, and each rate counted three ways."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from handlers.appeals.three_figures import exclusions, rates
from handlers.questions.figures import Row, figures
from handlers.questions.naming import measure_name
from handlers.supervisors.spreadsheets import Cell, Share
from handlers.town.town import Town
from nlp.questions.periods import Period
from nlp.questions.query import DURATIONS, Query

_MEASURES = ("count", "solved", "on_time_rate", "solved_rate", "satisfaction_rate", "handle_hours")
_GROUPS = ("category", "team", "place")
_MOST = 1000


def sheet_of_figures(
    session: Session, town: Town, period: Period, scope: ColumnElement[bool], now: datetime
) -> Iterator[Sequence[Cell]]:
    """A block for each grouping; the figures equal those of the same question in the chat."""
    queries = [Query(period, (measure,)) for measure in _MEASURES]
    names = [_name(town, query) for query in queries]
    yield ["", *names]
    whole = [_value(query, figures(session, town, query, scope, now)[0]) for query in queries]
    yield [town.say("exporting.all"), *whole]
    for group in _GROUPS:
        yield []
        yield [town.say(f"asking.group_{group}"), *names]
        yield from _block(session, town, period, group, scope, now)


def sheet_of_three(session: Session, town: Town, scope: ColumnElement[bool], now: datetime) -> Iterator[Sequence[Cell]]:
    """「口径」 as a table: each rate three ways, then every excluded ticket with the reason."""
    ways = [town.say(f"figures.way_{way}") for way in ("raw", "judged", "appealed")]
    yield ["", *(cell for way in ways for cell in (way, town.say("figures.part"), town.say("figures.whole")))]
    for rate in rates(session, scope, now):
        told = (cell for part, whole in rate.told for cell in (Share(part / whole) if whole else None, part, whole))
        yield [town.say(f"board.{rate.name}"), *told]
    yield []
    yield [town.say("figures.left_out_why"), town.say("figures.left_out_number")]
    for each in exclusions(session, town.say, scope):
        yield from ([each.name, number] for number in each.numbers)


def _name(town: Town, query: Query) -> str:
    name = measure_name(town, query)
    return town.say("exporting.in_hours", name=name) if query.measure in DURATIONS else name


def _block(
    session: Session, town: Town, period: Period, group: str, scope: ColumnElement[bool], now: datetime
) -> Iterator[Sequence[Cell]]:
    queries = [Query(period, (measure,), group=group, limit=_MOST) for measure in _MEASURES]
    columns = [{row.key: row for row in figures(session, town, query, scope, now)} for query in queries]
    for key, row in columns[0].items():
        yield [row.name, *(_value(query, column.get(key)) for query, column in zip(queries, columns, strict=True))]


def _value(query: Query, row: Row | None) -> Cell:
    """The cell of a figure; None if there is no value."""
    if row is None or row.value is None:
        return None
    return Share(row.value) if query.is_rate else float(row.value) if query.measure in DURATIONS else int(row.value)
