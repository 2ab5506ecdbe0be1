"""The demonstration: the whole program in one process, with a fake WeChat and phones to try it in a browser."""

import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask, redirect
from werkzeug.serving import BaseWSGIServer, make_server

from bot.assembly import Program, assemble, gateway, worker
from bot.demo.clock import TownClock, after_next_limit, in_an_hour, next_morning
from bot.demo.past import prepare, start_over
from bot.demo.settings import FIELDS, NOTICE, TEMPLATES
from bot.demo.town import SAMPLES, members, people, places, scenes
from bot.installation.settings import Settings
from bot.operating.menus import publish, read_menu
from bot.simulator import DEMO_ACCOUNT, SimulatorConfig, simulator
from bot.simulator.server import QuietHandler
from bot.simulator.wecom.corp import DEMO_CORP
from bot.simulator.wecom.page import wecom_api, wecom_page
from bot.simulator.wecom.platform import WeComPlatform
from bot.web.app import create_app
from bot.wechat.errors import WeChatError
from bot.wechat.shared_tokens import TokensInDatabase
from bot.worker.worker import Worker
from models.push import Outcome, Timer
from models.sessions import Sessions

_LABELS = {"happened": "事项", "words": "内容", "where": "地点", "number": "工单编号", "due": "时限"}
_MOVES = {"hour": in_an_hour, "morning": next_morning, "overdue": after_next_limit}


def run_demo(settings: Settings, port: int) -> None:
    """Serve until Ctrl-C."""
    interrupted = _interrupts(signal.SIGINT)
    listening = _listen(port)
    clock = TownClock()
    prepare(settings, clock)
    program = assemble(settings, clock)
    clock.read(program.reading)
    app = _app(program, clock, port)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietHandler, fd=listening.fileno())
    _serve(server, program, interrupted, port)


def _app(program: Program, clock: TownClock, port: int) -> Flask:
    app = create_app(program, clock.seconds)
    called_back = replace(DEMO_CORP, callback_url=f"http://127.0.0.1:{port}/wecom")
    wecom = WeComPlatform(called_back, lambda: members(program), clock.seconds)
    app.register_blueprint(simulator(_simulated(program, clock, port, wecom)))
    app.register_blueprint(wecom_api(wecom))
    app.register_blueprint(wecom_page(wecom))
    app.add_url_rule("/", view_func=lambda: redirect("/simulator"), endpoint="start")
    return app


def _serve(server: BaseWSGIServer, program: Program, interrupted: threading.Event, port: int) -> None:
    stop = threading.Event()
    sending = threading.Thread(target=_worker(program).run, args=(stop,), name="worker")
    try:  # from here on a Ctrl-C also stops the worker's thread
        sending.start()
        threading.Thread(target=_publish_menu, args=(program,), name="menu", daemon=True).start()
        signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))  # how a service manager stops it
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


def _worker(program: Program) -> Worker:
    """A worker without the nightly training: skipped nights bring no new data, and training takes minutes."""
    return replace(worker(program), nightly=_NoTraining(program.sessions))


@dataclass(frozen=True, slots=True)
class _NoTraining:
    sessions: Sessions

    def __call__(self, timer_id: int, now: datetime) -> None:
        with self.sessions() as session, session.begin():
            session.get_one(Timer, timer_id).finish(Outcome.DROPPED, now, "a demonstration")


def _interrupts(number: int) -> threading.Event:
    """An event set by Ctrl-C. KeyboardInterrupt alone can get lost: Python drops exceptions in finalizers."""
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
    """Publishes the menu as an operator does once; errors are ignored, as the server is just starting."""
    settings = program.settings
    with suppress(WeChatError):
        publish(
            gateway(settings, TokensInDatabase(program.sessions, program.reading)),
            read_menu(settings.path(settings.files.menu)),
        )


def _listen(port: int) -> socket.socket:
    """Binds the port before any long step, so that a port in use is reported at once."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        raise click.ClickException(f"端口 {port} 已被别的程序占用，请先关掉它，或用 --port 换一个") from None


def _simulated(program: Program, clock: TownClock, port: int, wecom: WeComPlatform) -> SimulatorConfig:
    fields = [f"{name}:{_LABELS[fact]}" for name, fact in FIELDS.items()]
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
        templates=dict.fromkeys((*TEMPLATES.values(), NOTICE), fields),
        titles={TEMPLATES["staff"]: "工单提醒", TEMPLATES["resident"]: "诉求进展通知", NOTICE: "诉求结果通知"},
        scenes=scenes(program),
        now=clock.seconds,
        moves={name: _moving(program, clock, name) for name in _MOVES},
        start_over=lambda: _start_over(program, clock, wecom),
        wecom=wecom,
        memory=(program.settings.media_folder or program.settings.path(Path("var/media"))).parent / "demo",
    )


def _moving(program: Program, clock: TownClock, name: str) -> Callable[[], None]:
    return lambda: clock.move(program.sessions, _MOVES[name])


def _start_over(program: Program, clock: TownClock, wecom: WeComPlatform) -> None:
    start_over(program.engine, program.settings, datetime.now(UTC))
    wecom.start_over()
    clock.read(program.reading)
