"""Warnings about neglected data: people who never joined, duplicates, expired answers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from handlers.world.answers import load_answers
from handlers.world.config_warning import ConfigWarning
from handlers.world.world import World
from models.grid import Team, TeamKind
from models.person import Person

_NAMED = 5


def upkeep_warnings(session: Session, world: World, today: date) -> Iterator[ConfigWarning]:
    """All these warnings, one line for each kind."""
    yield from _never_joined(session)
    yield from _departments_in_an_area(session)
    yield from _twice(session, world)
    yield from _ran_out(session, today)


def _never_joined(session: Session) -> Iterator[ConfigWarning]:
    staff = select(Person.name).where(Person.openid.is_(None), Person.role_rows.any()).order_by(Person.id)
    if names := session.scalars(staff).all():
        yield ConfigWarning(
            f"有 {len(names)} 位工作人员还没有微信，收不到通知：{_some(names)}",
            "用 python -m bot invite 给他们邀请码，在公众号里发“加入 邀请码 姓名”",
        )


def _departments_in_an_area(session: Session) -> Iterator[ConfigWarning]:
    """In earlier versions the grid of a department's member limited what they saw."""
    there = select(Person.name).join(Team, Team.code == Person.team).where(Team.kind == TeamKind.DEPARTMENT.value)
    if names := session.scalars(there.where(Person.grid.is_not(None)).order_by(Person.id)).all():
        yield ConfigWarning(
            f"部门的人不再按网格分，看得到派给部门、叫部门到场的单：{_some(names)}",
            "在 people.csv 里把他们的 grid 空着；只该看一片的，改成那里的网格或社区单位",
        )


def _twice(session: Session, world: World) -> Iterator[ConfigWarning]:
    teams = _repeated((team.name, team.code) for team in world.teams.values())
    grids = _repeated((f"{node.parent or ''}/{node.name}", node.code) for node in world.grids.values())
    phones = _repeated(_phones(session))
    for name, codes in teams.items():
        yield ConfigWarning(
            f"单位“{name}”有 {len(codes)} 个编号：{_some(codes)}", "在 teams.csv 里并成一行，grids 写全"
        )
    for name, codes in grids.items():
        yield ConfigWarning(
            f"“{name.partition('/')[2]}”有 {len(codes)} 个编号：{_some(codes)}", "在 grids.csv 里改名或并成一行"
        )
    for names in phones.values():
        yield ConfigWarning(
            f"同一个电话登记了 {len(names)} 个人：{_some(names)}", "在 people.csv 里并成一行，角色用 ; 隔开"
        )


def _phones(session: Session) -> Iterator[tuple[str, str]]:
    staff = select(Person).where(Person.role_rows.any()).options(undefer(Person.phone)).order_by(Person.id)
    return ((person.phone, person.name) for person in session.scalars(staff) if person.phone)


def _ran_out(session: Session, today: date) -> Iterator[ConfigWarning]:
    rows = load_answers(session)
    over = [row.question for row in rows if not row.holds(today)]
    if over:
        yield ConfigWarning(
            f"有 {len(over)} 条问答过了有效期，不再说：{_some(over)}", "在 answers.csv 里改答案和 valid_until，再导入"
        )
    for question, areas in _repeated((row.question, f"{row.area}") for row in rows).items():
        if len(set(areas)) < len(areas):
            yield ConfigWarning(f"问答“{question}”有 {len(areas)} 条管同一个地方", "在 answers.csv 里留一条")


def _repeated(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name, what in pairs:
        found[name].append(what)
    return {name: each for name, each in found.items() if len(each) > 1}


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return "、".join(listed[:_NAMED]) + ("等" if len(listed) > _NAMED else "")
