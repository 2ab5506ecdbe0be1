"""The people of the week: residents report and answer, staff work, leaders ask; some do nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from bot.week.stage import MONDAY, Stage
from models.grid import Place
from models.person import OVERSEERS, Person, PersonRole
from models.status_moves import Status
from models.ticket import CHINA, Ticket

_TROUBLES = (
    "楼道灯不亮了",
    "单元门关不上",
    "水管漏水",
    "垃圾满了没人清",
    "下水道堵了",
    "墙皮往下掉",
    "有人占了消防通道",
    "电梯又坏了",
    "绿化带的草没人剪",
    "有人在楼道给电动车充电",
)
_DANGERS = ("着火了", "有人被困在电梯里", "闻到很浓的燃气味", "绿化带的树倒了，砸着人了")
_RED, _LEFT_ALONE, _NOTICES, _TALKATIVE, _TAPPING, _ANSWERING = 0.03, 0.08, 0.35, 0.3, 0.15, 0.75


@dataclass(frozen=True, slots=True)
class Town:
    """The people of the week's town."""

    places: Sequence[str]
    teams: dict[str, str]
    """One of each team's staff"""
    leaders: Sequence[str]


def known(stage: Stage) -> Town:
    with stage.program.reading() as session:
        places = session.scalars(select(Place.name).where(Place.kind == "compound").order_by(Place.id)).all()
        leaders = select(Person.openid).join(PersonRole).where(PersonRole.role.in_(OVERSEERS))
        staff = select(Person.team, Person.openid).where(Person.team.is_not(None), Person.openid.is_not(None))
        teams = {team or "": openid or "" for team, openid in session.execute(staff.order_by(Person.id.desc()))}
        return Town(places, teams, [openid or "" for openid in session.scalars(leaders) if openid])


def plan(stage: Stage, town: Town, tickets: int, days: int) -> None:
    """Schedules the reports by day and evening, and the leaders' questions at nine."""
    chance = stage.chance
    for number in range(tickets):
        hours = 24 * chance.randrange(days) + chance.triangular(-1, 14, 3)
        resident = f"oWeekResident{chance.randrange(tickets * 2 // 3):015d}"
        stage.at(MONDAY + timedelta(hours=max(0.1, hours)), partial(_reports, stage, town, resident, number))
    for day in range(days):
        for leader in town.leaders:
            if chance.random() < 0.5:
                stage.at(MONDAY + timedelta(days=day, hours=1), partial(_looks, stage, leader))


def _looks(stage: Stage, leader: str) -> None:
    stage.says(leader, "今日")


def _reports(stage: Stage, town: Town, resident: str, number: int) -> None:
    chance = stage.chance
    stage.platform.follow(resident)
    in_danger = chance.random() < _RED
    trouble = chance.choice(_DANGERS if in_danger else _TROUBLES)
    reply = stage.says(resident, f"{chance.choice(town.places)}{number % 9 + 1}号楼{trouble}")
    for _ in range(3):  # any question with numbered options is answered
        if "回 1" not in reply and "回数字" not in reply:
            break
        reply = stage.says(resident, "2" if "加入" in reply else "1")
    if chance.random() < _NOTICES:
        stage.accepts_notice(resident)
    if (filed := _filed(stage, resident)) is None:
        return
    if chance.random() < _TALKATIVE:
        stage.after(chance.uniform(0.2, 60), lambda: _asks(stage, resident))
    if chance.random() < _TAPPING:
        stage.after(chance.uniform(0.2, 60), lambda: _taps(stage, resident))
    if chance.random() >= _LEFT_ALONE:
        soon, later = timedelta(minutes=chance.uniform(1, 8)), timedelta(hours=chance.uniform(0.1, 3))
        reads = stage.clock() + soon if in_danger else _at_work(stage.clock() + later)
        stage.at(reads, lambda: _signs(stage, town, filed))


def _filed(stage: Stage, resident: str) -> str | None:
    """The number of the ticket just reported, from the database, because the reply to a danger names none."""
    just_now = (Person.openid == resident) & (Ticket.created_at >= stage.clock())
    with stage.program.reading() as session:
        theirs = select(Ticket.number).join(Person, Person.id == Ticket.reporter_id).where(just_now)
        return session.scalar(theirs.order_by(Ticket.id.desc()).limit(1))


def _asks(stage: Stage, resident: str) -> None:
    stage.says(resident, stage.chance.choice(("进度", "催办", "谢谢")))


def _taps(stage: Stage, resident: str) -> None:
    stage.taps(resident, "帮助")


def _signs(stage: Stage, town: Town, number: str) -> None:
    worker, chance = _worker(stage, town, number), stage.chance
    if not worker:
        return
    stage.says(worker, f"接 {number}")
    stage.after(chance.uniform(0.2, 2), lambda: stage.says(worker, f"到 {number}"))
    for _ in range(chance.choice((0, 0, 1, 1, 2, 5))):
        later = _at_work(stage.clock() + timedelta(hours=chance.uniform(0.5, 40)))
        stage.at(later, lambda: stage.says(worker, f"告知 {number} 配件在路上，到了就来换"))
    done = _at_work(stage.clock() + timedelta(hours=chance.triangular(1, 100, 8)))
    stage.at(done, lambda: _resolves(stage, worker, number))


def _resolves(stage: Stage, worker: str, number: str) -> None:
    stage.says(worker, f"结 {number} 修好了，请看看")
    with stage.program.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        reporter = session.get(Person, ticket.reporter_id) if ticket.reporter_id else None
    if ticket.status == Status.RESOLVED and reporter and stage.chance.random() < _ANSWERING:
        digit = stage.chance.choice("1112234")
        stage.after(stage.chance.uniform(0.1, 20), lambda: stage.says(reporter.openid or "", digit))


def _worker(stage: Stage, town: Town, number: str) -> str:
    with stage.program.reading() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        return town.teams.get(ticket.team or "", "") if ticket.status == Status.DISPATCHED else ""


def _at_work(moment: datetime) -> datetime:
    """The moment, moved out of the hours from eight in the evening to eight in the morning."""
    local = moment.astimezone(CHINA)
    if 8 <= local.hour < 20:
        return moment
    morning = local.replace(hour=8, minute=local.minute)
    return morning if local.hour < 8 else morning + timedelta(days=1)
