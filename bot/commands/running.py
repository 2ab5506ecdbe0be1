"""Commands that run and keep the program: serve, worker, demo, migrate, check, import, backup, restore."""

import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.assembly import assemble, gateway, worker
from bot.commands.shared import Command, loading, pass_command
from bot.installation.database import open_current, open_database
from bot.installation.migrating import migrate as bring_up
from bot.installation.running_processes import keep_saying_so, present
from bot.operating import backups
from bot.operating.checking import look_over
from bot.operating.menus import publish, read_menu
from bot.wechat.access_token import TokensInMemory
from handlers.tables.table import TableError
from handlers.town_import.importing import ImportSummary, import_world, read_world
from models.sessions import sessions

_PORT = click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@_PORT
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@pass_command
def serve(command: Command, host: str, port: int, workers: int) -> None:
    """启动网页进程，接收微信的消息（gunicorn）。"""
    from bot.server.serving import THREADS
    from bot.server.serving import serve as run
    from bot.web.app import create_app

    with loading():
        program = assemble(command.settings())
    program.engine.dispose()  # child processes must not share the parent's connections

    def after_fork() -> None:
        program.engine.dispose(close=False)
        keep_saying_so(program.engine.url, "serve")

    with present(program.engine.url):
        run(create_app(program), host, port, workers, THREADS, after_fork)


@click.command("worker")
@pass_command
def run_worker(command: Command) -> None:
    """启动发送进程：推送、提醒、超时。可以开好几个。"""
    with loading():
        program, stop = assemble(command.settings()), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _signal, _frame: stop.set())
    with present(program.engine.url):
        keep_saying_so(program.engine.url, "worker")
        worker(program).run(stop)


@click.command()
@_PORT
@pass_command
def demo(command: Command, port: int) -> None:
    """演示：示范社区、模拟微信、全部功能，一个进程。"""
    from bot.demo.running import run_demo
    from bot.demo.settings import demo_settings

    settings = demo_settings(command.config, port)
    url = open_database(settings).url
    with present(url):
        keep_saying_so(url, "demo")
        run_demo(settings, port)


@click.command()
@pass_command
def migrate(command: Command) -> None:
    """把数据库升级到这个版本。"""
    bring_up(open_database(command.settings()))
    click.echo("数据库已是最新。")


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--check", is_flag=True, help="只检查，不写入")
@pass_command
def import_folder(command: Command, folder: Path, *, check: bool) -> None:
    """导入一个文件夹里的网格、地点、单位、人员；可以反复导入。"""
    try:
        files = read_world(folder)
    except TableError as error:
        raise click.ClickException(str(error)) from None
    for warning in files.warnings:
        click.echo(f"! {warning}", err=True)
    if check:
        click.echo("检查通过，没有写入。")
        return
    with sessions(open_current(command.settings())).begin() as session:
        click.echo(_told(import_world(session, files, datetime.now(UTC))))


def _told(summary: ImportSummary) -> str:
    names = {
        "grids": "网格",
        "teams": "单位",
        "places": "地点",
        "people": "人员",
        "roster": "排班",
        "patrols": "巡查点",
        "care": "走访名单",
        "answers": "问答",
    }
    return "\n".join(
        f"{names[kind]}：新增 {tally.added}，更新 {tally.changed}，未变 {tally.unchanged}"
        for kind, tally in summary.tallies().items()
    )


@click.command()
@pass_command
def menu(command: Command) -> None:
    """把菜单发布到公众号。"""
    settings = command.settings()
    publish(gateway(settings, TokensInMemory()), read_menu(settings.path(settings.files.menu)))
    click.echo("菜单已发布。")


@click.command()
@click.option("--online", is_flag=True, help="连微信取一次令牌")
@pass_command
def check(command: Command, *, online: bool) -> None:
    """检查配置、数据库、模型、社区数据；说清哪里不对、怎么改。"""
    findings = look_over(command.settings(), online=online)
    for finding in findings:
        click.echo(f"{'✗' if finding.fatal else '!'} {finding.what} → {finding.mend}")
    if any(finding.fatal for finding in findings):
        raise click.exceptions.Exit(2)
    click.echo("检查通过。" if not findings else "可以运行，但有上面的提醒。")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_command
def backup(command: Command, file: Path) -> None:
    """备份数据库到一个文件，运行中也可以。"""
    backups.backup(command.settings(), file)
    click.echo(f"已备份到 {file}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_command
def restore(command: Command, file: Path) -> None:
    """用备份恢复数据库（先停掉程序）。"""
    if sys.stdin.isatty():
        click.confirm("现在数据库里的都会被备份换掉，确定吗", abort=True)
    backups.restore(command.settings(), file)
    click.echo("已恢复。")
