"""Patrol points of the world files: checks, and import into the database."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.tables.table import Problem, Row, Table, empty_cells, repeated
from handlers.town_import.grids import Tree
from handlers.town_import.records import PatrolRecord
from handlers.town_import.writing import Difference, Tally
from models.patrol import PatrolPoint

_DEGREES = re.compile(r"\d{1,3}(?:\.\d+)?")
USUAL_TIMES = "08:00-11:00;15:00-18:00"
"""The default if the file gives no times"""


def patrol_problems(table: Table, tree: Tree) -> Iterator[Problem]:
    """All errors in the points."""
    yield from repeated(table.rows, "code")
    for row in table.rows:
        yield from empty_cells(row, "grid", "point", "lat", "lng", "code")
        if row["grid"] and not tree.knows(row["grid"]):
            yield row.unknown("网格", row["grid"], "grids")
        if not all(_DEGREES.fullmatch(row[column]) for column in ("lat", "lng") if row[column]):
            yield row.problem("纬度、经度应是度数，如 37.144321")
        if spans_of(row["times"] or USUAL_TIMES) is None:
            yield row.problem(f"{row.names.title('times')}“{row['times']}”看不懂，应像 {USUAL_TIMES}")


def spans_of(times: str) -> list[tuple[time, time]] | None:
    """Start and end of each round of a day; None if it can't be parsed."""
    try:
        pairs = [each.split("-") for each in times.replace("；", ";").split(";")]
        spans = [(time.fromisoformat(first), time.fromisoformat(last)) for first, last in pairs]
    except ValueError:
        return None
    return spans if all(first < last for first, last in spans) else None


def patrol_records(table: Table) -> tuple[PatrolRecord, ...]:
    """The records. Call it only if the rows have no errors."""
    return tuple(_record(row) for row in table.rows)


def _record(row: Row) -> PatrolRecord:
    times = row["times"].replace("；", ";") or USUAL_TIMES
    return PatrolRecord(row["code"], row["grid"], row["point"], float(row["lat"]), float(row["lng"]), times)


def write_patrols(session: Session, patrols: Sequence[PatrolRecord], now: datetime | None = None) -> Tally:
    """Update the points. Check-ins refer to them, so a missing point is only marked `left_out`.

    Rounds of a new point are due from `now` on; without it, from the town's first round on.
    """
    there = {each.code: each for each in session.scalars(select(PatrolPoint))}
    present = {code: _of(each) for code, each in there.items() if not each.left_out}
    difference = Difference.between({each.code: each for each in patrols}, present)
    for record in (*difference.added.values(), *difference.changed.values()):
        point = there.get(record.code) or PatrolPoint(code=record.code)
        point.grid, point.name, point.lat, point.lng = record.grid, record.name, record.lat, record.lng
        point.times, point.left_out = record.times, False
        point.since = now if record.code in difference.added else point.since
        session.add(point)
    for code in difference.left:
        there[code].left_out = True
    session.flush()
    return difference.tally()


def _of(point: PatrolPoint) -> PatrolRecord:
    return PatrolRecord(point.code, point.grid, point.name, point.lat, point.lng, point.times)
