"""The demonstration: the whole program in one process, with a fake WeChat and phones to try it in a browser."""

import signal
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
from flask import redirect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from bot.assembly import Program, assemble, gateway, open_database, worker
from bot.installation import learning
from bot.installation.migrating import migrate
from bot.installation.settings import Settings, load_settings
from bot.operating.menus import publish, read_menu
from bot.simulator import DEMO_ACCOUNT, SimPerson, SimPlace, SimulatorConfig, simulator
from bot.simulator.server import QuietHandler
from bot.web.app import create_app
from bot.wechat.errors import WeChatError
from bot.wechat.shared_tokens import TokensInDatabase
from handlers.town_import.importing import import_world, read_world
from handlers.world.world import World
from models.grid import Fact, Grid, Place
from models.person import Person, Role
from models.sessions import sessions

WORLD = Path(__file__).parent / "demo_world"
_FIELDS = {"character_string1": "number", "thing2": "what", "thing3": "where", "phrase4": "status", "time5": "due"}
_LABELS = {"number": "工单编号", "what": "诉求类别", "where": "地点", "status": "当前状态", "due": "时限"}
_IS_DEMO = "demonstration"
_TEMPLATES = {"staff": "S" * 43, "resident": "R" * 43}
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
    "supervisor": ["今日", "本周", "超时", "排行", "这周哪个小区诉求最多", "类别 停车", "帮助"],
}


def demo_settings(config: Path, port: int) -> Settings:
    """The config's database, rules and words, with the fake platform's account; who tries it at night is awake."""
    return load_settings(
        config,
        wechat=_account(port),
        web={"public_url": f"http://127.0.0.1:{port}"},
        quiet_hours={"begin": "00:00", "end": "00:00"},
    )


def _account(port: int) -> dict[str, object]:
    return {
        "token": DEMO_ACCOUNT.token,
        "aes_key": DEMO_ACCOUNT.aes_key,
        "app_id": DEMO_ACCOUNT.app_id,
        "app_secret": DEMO_ACCOUNT.app_secret,
        "gh_id": DEMO_ACCOUNT.gh_id,
        "mode": "safe",
        "api_base": f"http://127.0.0.1:{port}/simulator/api",
        "templates": {purpose: {"id": number, "fields": _FIELDS} for purpose, number in _TEMPLATES.items()},
    }


def prepare(settings: Settings) -> None:
    """Database, world and model: made where they are missing, with a line for each long step."""
    engine = open_database(settings)
    migrate(engine)
    with sessions(engine).begin() as session:
        _fill(session)
    engine.dispose()
    if not learning.model_is_ready(settings):
        click.echo("训练模型（第一次约需一两分钟）……")
        learning.train_model(settings)


def _fill(session: Session) -> None:
    """The demonstration town in an empty database; a real one is refused: its people would hear of made-up cases."""
    if session.scalar(select(Grid.code).limit(1)) is None:
        click.echo("导入示范社区：新义街道……")
        import_world(session, read_world(WORLD))
        session.add(Fact(name=_IS_DEMO, value="yes"))
    elif session.get(Fact, _IS_DEMO) is None:
        raise click.ClickException("这个数据库里已有真实的社区数据，不能用来演示。请把 BOT_DATABASE__URL 指到另一个库")


def run_demo(settings: Settings, port: int) -> None:
    """Serve until Ctrl-C."""
    interrupted = _interrupts(signal.SIGINT)
    listening = _listen(port)
    prepare(settings)
    program = assemble(settings)
    app = create_app(program)
    app.register_blueprint(simulator(_simulated(program, port)))
    app.add_url_rule("/", view_func=lambda: redirect("/simulator"), endpoint="start")
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler, fd=listening.fileno())
    stop = threading.Event()
    sending = threading.Thread(target=worker(program).run, args=(stop,), name="worker")
    try:  # a Ctrl-C from here on finds the worker's thread, and stops it
        sending.start()
        threading.Thread(target=_publish_menu, args=(program,), name="menu", daemon=True).start()
        signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))  # a service manager's Ctrl-C
        server.service_actions = lambda: _end_if(interrupted)  # type: ignore[method-assign]
        click.echo(f"吹哨已启动，请打开 http://127.0.0.1:{port}/ （按 Ctrl-C 停止）")
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        click.echo("正在停止……")
    finally:
        stop.set()
        server.server_close()
        if sending.is_alive():
            sending.join()


def _interrupts(number: int) -> threading.Event:
    """Set by a Ctrl-C: one that falls into a finalizer raises there, and Python drops what is raised there."""
    came = threading.Event()

    def interrupt(_number: int, _frame: object) -> None:
        came.set()
        raise KeyboardInterrupt

    signal.signal(number, interrupt)
    return came


def _end_if(interrupted: threading.Event) -> None:
    if interrupted.is_set():
        raise KeyboardInterrupt


def _publish_menu(program: Program) -> None:
    """As an operator does once; the server that answers it is just starting."""
    settings = program.settings
    with suppress(WeChatError):
        publish(
            gateway(settings, TokensInDatabase(program.sessions, program.reading)),
            read_menu(settings.path(settings.files.menu)),
        )


def _listen(port: int) -> socket.socket:
    """Before anything long is begun."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        raise click.ClickException(f"端口 {port} 已被别的程序占用，请先关掉它，或用 --port 换一个") from None


def _simulated(program: Program, port: int) -> SimulatorConfig:
    fields = [f"{name}:{_LABELS[fact]}" for name, fact in _FIELDS.items()]
    return SimulatorConfig(
        webhook_url=f"http://127.0.0.1:{port}/wechat",
        app_id=DEMO_ACCOUNT.app_id,
        app_secret=DEMO_ACCOUNT.app_secret,
        token=DEMO_ACCOUNT.token,
        aes_key=DEMO_ACCOUNT.aes_key,
        gh_id=DEMO_ACCOUNT.gh_id,
        account_name="吹哨",
        people=lambda: people(program),
        places=lambda: places(program),
        samples=SAMPLES,
        templates=dict.fromkeys(_TEMPLATES.values(), fields),
        titles={_TEMPLATES["staff"]: "工单提醒", _TEMPLATES["resident"]: "诉求进展通知"},
        scenes=_scenes(program),
    )


def people(program: Program) -> Sequence[SimPerson]:
    """Everybody of the world who has an openid."""
    with program.reading() as session:
        world = program.towns.current(session).world
        found = session.scalars(select(Person).where(Person.openid.is_not(None)).order_by(Person.id)).all()
        return [
            SimPerson(
                openid=person.openid or "",
                name=person.name or "居民",
                role=next((role for role in _ROLE_ORDER if role in person.roles), Role.RESIDENT).value,
                about=_about(person, world),
            )
            for person in found
        ]


def _about(person: Person, world: World) -> str:
    team, grid = world.teams.get(person.team or ""), world.grids.get(person.grid or "")
    return " · ".join(node.name for node in (team, grid) if node)


def places(program: Program) -> Sequence[SimPlace]:
    """Pins for the town's map: as people copy coordinates from Chinese maps (GCJ-02)."""
    with program.reading() as session:
        found = session.scalars(select(Place).where(Place.lat.is_not(None)).order_by(Place.id)).all()
        return [SimPlace(place.name, place.lat or 0.0, place.lng or 0.0) for place in found]


def _scenes(program: Program) -> dict[str, str]:
    with program.reading() as session:
        found = session.scalars(select(Place).where(Place.kind == "compound").order_by(Place.id).limit(12)).all()
        return {place.name: f"place_{place.id}" for place in found}
