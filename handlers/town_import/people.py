"""People of the world files: checks and records."""

import re
from collections.abc import Iterator

from handlers.tables.table import Problem, Row, Table, empty_cells, repeated
from handlers.town_import.grids import Tree
from handlers.town_import.records import PersonRecord
from models.grid import Level, TeamKind
from models.person import Role

_ROLES = [role.value for role in Role if role is not Role.SYSTEM]
_PHONE = re.compile(r"1[3-9]\d{9}|(?:0\d{2,3}-?)?[2-9]\d{6,7}|400-?\d{3}-?\d{4}")
_SHORT_PHONE = re.compile(r"\d{3,6}")
"""Public short numbers such as 「12345」"""
_HOW_PHONES = "应像 13812345678 或 0571-88001234（Excel 会去掉开头的 0，请先把这一列设为文本）"


def people_problems(table: Table, tree: Tree, teams: Table) -> Iterator[Problem]:
    """All errors in the people."""
    known_teams = {row["code"] for row in teams.rows} if teams.readable else None
    yield from repeated(table.rows, "openid")
    yield from _same_people(table)
    for row in table.rows:
        yield from empty_cells(row, "name")
        yield from (_unknown_role(row, role) for role in row.words("roles") if role not in _ROLES)
        if row["team"] and known_teams is not None and row["team"] not in known_teams:
            yield row.unknown("承办单位", row["team"], "teams")
        if row["grid"] and not tree.knows(row["grid"]):
            yield row.unknown("网格", row["grid"], "grids")
        if row["phone"] and not _PHONE.fullmatch(row["phone"]):
            yield row.problem(f"电话“{row['phone']}”不像电话号码，{_HOW_PHONES}")
        yield from _post_problems(row)
        if tree.level(row["grid"]) is Level.BUILDING and {*row.words("roles")} - {Role.RESIDENT.value}:
            yield row.problem("楼栋长不办单，角色写居民(resident)，网格写他的楼栋")


def people_warnings(table: Table, teams: Table) -> Iterator[Problem]:
    """Warnings about a grid for members of departments, which no longer limits what they see."""
    departments = {row["code"] for row in teams.rows if row["kind"] == TeamKind.DEPARTMENT}
    for row in table.rows:
        if row["team"] in departments and row["grid"]:
            yield row.problem(
                f"“{row['name']}”是部门的人，看得到派给部门、叫部门到场的单，不按网格“{row['grid']}”分，网格可以空着"
            )


def team_warnings(table: Table) -> Iterator[Problem]:
    """Warnings about teams' telephone numbers, which residents are shown."""
    for row in table.rows:
        for phone in row.words("phone"):
            if not (_PHONE.fullmatch(phone) or _SHORT_PHONE.fullmatch(phone)):
                yield row.problem(f"电话“{phone}”不像电话号码，{_HOW_PHONES}")


def people_records(table: Table) -> tuple[PersonRecord, ...]:
    return tuple(
        PersonRecord(
            name=row["name"],
            openid=row["openid"] or None,
            roles=frozenset(map(Role, row.words("roles"))) - {Role.RESIDENT},
            team=row["team"] or None,
            grid=row["grid"] or None,
            phone=row["phone"],
            wecom=row["wecom"],
        )
        for row in table.rows
    )


def _unknown_role(row: Row, role: str) -> Problem:
    return row.problem(f"不认识的角色“{role}”，应为 {row.choices('roles', _ROLES)}")


def _post_problems(row: Row) -> Iterator[Problem]:
    """Errors in posts: staff without a team or grid would see no tickets."""
    roles = row.words("roles")
    if Role.PROPERTY_STAFF in roles and not row["team"]:
        yield row.problem("物业人员(property_staff)要写明承办单位")
    elif Role.GRID_STAFF in roles and not (row["team"] or row["grid"]):
        yield row.problem("网格员(grid_staff)要写明承办单位或网格")


def _same_people(table: Table) -> Iterator[Problem]:
    """Two rows with one name and phone: without openids they can't be told apart."""
    seen: dict[tuple[str, str], Row] = {}
    for row in table.rows:
        first = seen.setdefault((row["name"], row["phone"]), row)
        awaited = not (row["openid"] and first["openid"])
        if first is not row and row["name"] and (row["phone"] or awaited):
            yield row.problem(f"姓名和电话与第{first.line}行相同，分不清是不是同一个人")
