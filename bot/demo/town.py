"""What the demonstration's phones offer: the town's people and places, and sentences to try."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from bot.assembly import Program
from bot.simulator import SimPerson, SimPlace
from bot.simulator.wecom.corp import Member
from bot.synth.filling import OPENID
from handlers.world.world import World
from models.grid import Place
from models.person import Person, Role

WORLD = Path(__file__).parents[1] / "demo_world"
_ROLE_ORDER = (Role.ADMIN, Role.SUPERVISOR, Role.PROPERTY_STAFF, Role.GRID_STAFF)
SAMPLES = {
    "resident": [
        "德尚小区3号楼电梯又坏了",
        "我家停水了",
        "楼上半夜装修吵得睡不着",
        "进度",
        "催办",
        "家里一股臭鸡蛋味",
        "帮助",
    ],
    "grid_staff": ["待办", "接", "到", "结 已处理好", "退 不归我们管", "帮助"],
    "property_staff": ["待办", "接", "到", "结 已修好，请检查", "备注 等配件", "帮助"],
    "supervisor": ["今日", "看板", "超时", "排行", "这周哪个小区诉求最多", "近30天每天多少件", "帮助"],
}


def people(program: Program) -> Sequence[SimPerson]:
    """All people of the world with an openid; residents made up for the history have no phone."""
    with program.reading() as session:
        world = program.towns.current(session).world
        found = session.scalars(select(Person).where(Person.openid.not_like(f"{OPENID}%")).order_by(Person.id)).all()
        return [
            SimPerson(
                openid=person.openid or "",
                name=person.name or "居民",
                role=next((role for role in _ROLE_ORDER if role in person.roles), Role.RESIDENT).value,
                about=_about(person, world),
                wecom=person.wecom,
            )
            for person in found
        ]


def members(program: Program) -> Sequence[Member]:
    """All people of the world who are in WeCom."""
    with program.reading() as session:
        world = program.towns.current(session).world
        found = session.scalars(select(Person).where(Person.wecom != "").order_by(Person.id)).all()
        return [Member(person.wecom, person.name, _about(person, world)) for person in found]


def _about(person: Person, world: World) -> str:
    team, grid = world.teams.get(person.team or ""), world.grids.get(person.grid or "")
    return " · ".join(node.name for node in (team, grid) if node)


def places(program: Program) -> Sequence[SimPlace]:
    """Pins for the town's map, in GCJ-02 as Chinese maps give them."""
    with program.reading() as session:
        found = session.scalars(select(Place).where(Place.lat.is_not(None)).order_by(Place.id)).all()
        return [SimPlace(place.name, place.lat or 0.0, place.lng or 0.0) for place in found]


def scenes(program: Program) -> dict[str, str]:
    with program.reading() as session:
        found = session.scalars(select(Place).where(Place.kind == "compound").order_by(Place.id).limit(12)).all()
        return {place.name: f"place_{place.id}" for place in found}
