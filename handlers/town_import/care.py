"""The care list (people who are visited): checks, records, and import into the database.

Errors never quote a cell with a name, because they appear on screens and in logs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.tables.table import Problem, Row, Table, empty_cells
from handlers.town_import.enrolling import enrolled
from handlers.town_import.grids import Tree
from handlers.town_import.people import people_records
from handlers.town_import.records import CareRecord, PersonRecord
from handlers.town_import.roster import not_one, people_named
from handlers.town_import.writing import Difference, Tally
from models.care import CaredFor, CareVisit
from models.person import OVERSEERS, STAFF

_DAYS = re.compile(r"(?:每)?(\d{1,3})\s*(?:天|日)?(?:一次)?")
_WORDS = {"每天": 1, "每日": 1, "每周": 7, "每星期": 7, "每两周": 14, "每半月": 15, "每月": 30, "每季度": 90}
ALL_LEFT = "全部撤下"
"""As the only row's name: the list is emptied"""
_GOES = {role.value for role in STAFF | OVERSEERS}
_Key = tuple[str, str]


def care_problems(table: Table, tree: Tree, people: Table) -> Iterator[Problem]:
    """All errors in the list."""
    seen: dict[_Key, int] = {}
    for row in table.rows:
        if row["name"] == ALL_LEFT:
            yield from () if len(table.rows) == 1 else [row.problem(f"“{ALL_LEFT}”只能单独写一行")]
            continue
        yield from empty_cells(row, "name", "address", "grid", "every")
        first = seen.setdefault((row["name"], row["address"]), row.line)
        if first != row.line:
            yield row.problem(f"与第{first}行是同一个人")
        if row["grid"] and not tree.knows(row["grid"]):
            yield row.unknown("网格", row["grid"], "grids")
        if row["every"] and not days_of(row["every"]):
            yield row.problem(f"{row.names.title('every')}“{row['every']}”看不懂，应像 7天、每周、每两周、每月")
        if row["visitor"] and people.readable:
            yield from _visitor_problems(row, people)


def _visitor_problems(row: Row, people: Table) -> Iterator[Problem]:
    found = people_named(row["visitor"], people)
    if len(found) != 1:
        yield not_one(row, "visitor", found)
    elif not set(found[0].words("roles")) & _GOES:
        yield row.problem(f"{row.names.title('visitor')}“{row['visitor']}”不是工作人员，看不了名单")


def days_of(every: str) -> int:
    """「每周」「10天」 → 7, 10; 0 if it can't be parsed."""
    found = _DAYS.fullmatch(every)
    return int(found[1]) if found else _WORDS.get(every.removesuffix("一次"), 0)


def care_warnings(table: Table) -> Iterator[Problem]:
    if not table.rows:
        yield Problem(table.file, 0, f"一行也没有：以前给过名单的，名单不动；真要全部撤下，写一行，姓名写“{ALL_LEFT}”")


def care_records(table: Table, people: Table) -> tuple[CareRecord, ...] | None:
    """The records; None for an empty sheet, which leaves the list unchanged. Call it only if there are no errors."""
    if not table.rows:
        return None
    return tuple(_record(row, people) for row in table.rows if row["name"] != ALL_LEFT)


def _record(row: Row, people: Table) -> CareRecord:
    named = people_named(row["visitor"], people)[:1] if row["visitor"] else []
    visitor = next(iter(people_records(Table(people.file, tuple(named)))), None)
    about = (row["name"], row["address"], row["grid"], row["kind"])
    return CareRecord(*about, days_of(row["every"]), row["phone"], visitor)


def write_care(session: Session, people: Sequence[PersonRecord], care: Sequence[CareRecord]) -> Tally:
    """Make the list equal to the file; the data and visit notes of people no longer in it are deleted."""
    register = enrolled(session, people)
    there = {(each.name, each.address): each for each in session.scalars(select(CaredFor).where(~CaredFor.left_out))}
    visitors: dict[_Key, int | None] = {}
    for record in care:
        person = register.find(record.visitor) if record.visitor else None
        visitors[record.name, record.address] = person.id if person else None
    wanted = {
        (each.name, each.address): (replace(each, visitor=None), visitors[each.name, each.address]) for each in care
    }
    present = {key: (_of(each), each.visitor_id) for key, each in there.items()}
    difference = Difference.between(wanted, present)
    for key, (record, visitor) in (difference.added | difference.changed).items():
        session.add(_filled(there.get(key) or CaredFor(), record, visitor))
    _empty(session, [there[key] for key in difference.left])
    session.flush()
    return Tally(len(difference.added), len(difference.changed), difference.unchanged)


def _of(row: CaredFor) -> CareRecord:
    return CareRecord(row.name, row.address, row.grid, row.kind, row.every, row.phone, None)


def _filled(row: CaredFor, record: CareRecord, visitor: int | None) -> CaredFor:
    row.name, row.address, row.kind, row.phone = record.name, record.address, record.kind, record.phone
    row.grid, row.every, row.visitor_id, row.left_out = record.grid, record.every, visitor, False
    return row


def _empty(session: Session, rows: Sequence[CaredFor]) -> None:
    for row in rows:
        row.name = row.address = row.kind = row.phone = ""
        row.left_out, row.due_on = True, None
    said = CareVisit.cared_id.in_([row.id for row in rows])
    for visit in session.scalars(select(CareVisit).where(said)):
        visit.words = ""
