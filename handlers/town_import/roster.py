"""The roster of the world files: checks, records, and import into the database.

People are given by openid, by name, or by name and phone if two have the same name.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from handlers.tables.table import Problem, Row, Table, empty_cells
from handlers.town_import.enrolling import enrolled
from handlers.town_import.people import people_records
from handlers.town_import.records import PersonRecord, ShiftRecord
from handlers.town_import.writing import Tally
from handlers.world.rosters import holds_on, minutes
from models.person import STAFF
from models.roster import DAY_MINUTES, Shift, ShiftKind
from models.staff_version import changed

_ANY_DAY = date(2026, 1, 1)
Line = tuple[int, str | None, str, str, int, int, int | None]
"""A row of the database, for comparison"""


def roster_problems(table: Table, people: Table) -> Iterator[Problem]:
    """All errors in the roster."""
    for row in table.rows:
        yield from empty_cells(row, "person", "kind")
        if row["kind"] and row["kind"] not in set(ShiftKind):
            yield row.problem(f"不认识的排班“{row['kind']}”，应为 {row.choices('kind', ShiftKind)}")
        yield from _time_problems(row)
        if people.readable:
            yield from _person_problems(row, people)


def roster_records(table: Table, people: Table) -> tuple[ShiftRecord, ...]:
    """The records. Call it only if the rows have no errors."""
    return tuple(_record(row, people) for row in table.rows)


def write_roster(session: Session, people: Sequence[PersonRecord], roster: Sequence[ShiftRecord]) -> Tally:
    """Make the roster equal to the file; rows that it no longer has are deleted. Idempotent."""
    register = enrolled(session, people)

    def known(record: PersonRecord | None) -> int | None:
        person = register.find(record) if record else None
        return person.id if person else None

    wanted: dict[Line, None] = {}
    for each in roster:
        person = known(each.person)
        if person is not None:
            line = (person, each.team, each.kind.value, each.days, each.starts, each.ends, known(each.stand_in))
            wanted[line] = None
    present = {_line(shift): shift.id for shift in session.scalars(select(Shift))}
    gone = [shift for line, shift in present.items() if line not in wanted]
    new = [line for line in wanted if line not in present]
    if gone:
        session.execute(delete(Shift).where(Shift.id.in_(gone)))
        changed(session)
    session.add_all(_shift(line) for line in new)
    session.flush()
    return Tally(len(new), len(gone), len(wanted) - len(new))


def _line(shift: Shift) -> Line:
    return shift.person_id, shift.team, shift.kind, shift.days, shift.starts, shift.ends, shift.stand_in_id


def _shift(line: Line) -> Shift:
    person, team, kind, days, starts, ends, stand_in = line
    return Shift(person_id=person, team=team, kind=kind, days=days, starts=starts, ends=ends, stand_in_id=stand_in)


def _time_problems(row: Row) -> Iterator[Problem]:
    for column in ("from", "to"):
        try:
            minutes(row[column], 0)
        except ValueError as why:
            yield row.problem(f"{row.names.title(column)}{why}")
    try:
        holds_on(row["days"], _ANY_DAY, lambda _: True)
    except ValueError as why:
        yield row.problem(f"{row.names.title('days')}{why}")
    if bool(row["from"]) != bool(row["to"]):
        yield row.problem(f"{row.names.title('from')} 和 {row.names.title('to')} 要么都写，要么都不写（全天）")


def _person_problems(row: Row, people: Table) -> Iterator[Problem]:
    """Errors in people: a stand-in must be of the same team, or they would get tickets that they can't handle."""
    named = {column: people_named(row[column], people) for column in ("person", "stand_in") if row[column]}
    for column, found in named.items():
        if len(found) != 1:
            yield not_one(row, column, found)
        elif not set(found[0].words("roles")) & {role.value for role in STAFF}:
            yield row.problem(f"{row.names.title(column)}“{row[column]}”不是网格员或物业人员，不参加排班")
    if any(len(found) != 1 for found in named.values()) or not named.get("person"):
        return
    team = named["person"][0]["team"]
    if (row["team"] or row["kind"] != ShiftKind.LEAVE) and row["team"] != team:
        yield row.problem(f"“{row['person']}”在承办单位“{team}”，不在“{row['team']}”")
    stand_in = named.get("stand_in")
    if stand_in and (stand_in[0]["team"] != team or stand_in[0] is named["person"][0]):
        yield row.problem(f"代班人“{row['stand_in']}”应是同一单位的另一个人")


def not_one(row: Row, column: str, found: Sequence[Row]) -> Problem:
    """The error for a cell that names no person, or several."""
    title = row.names.title(column)
    if not found:
        return row.unknown(title, row[column], "people", "姓名")
    return row.problem(f"{title}“{row[column]}”有好几位同名，请写成“姓名 电话”或 openid")


def people_named(words: str, people: Table) -> list[Row]:
    """The rows of people with this openid, name, or name and phone."""
    by_openid = [row for row in people.rows if row["openid"] and row["openid"] == words]
    if by_openid:
        return by_openid
    name, _, phone = words.replace("/", " ").replace("　", " ").partition(" ")
    return [row for row in people.rows if row["name"] == name and (not phone or row["phone"] == phone.strip())]


def _record(row: Row, people: Table) -> ShiftRecord:
    person, *stand_in = (
        people_records(Table(people.file, tuple(people_named(row[column], people))))[0]
        for column in ("person", "stand_in")
        if row[column]
    )
    starts, ends = minutes(row["from"], 0), minutes(row["to"], DAY_MINUTES)
    return ShiftRecord(
        person, row["team"] or None, ShiftKind(row["kind"]), row["days"], starts, ends, next(iter(stand_in), None)
    )
