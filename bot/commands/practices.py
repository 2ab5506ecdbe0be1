"""Commands about what happens between tickets: verify, hotline."""

import re
from pathlib import Path

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.assembly import Program
from bot.commands.shared import Command, pass_command
from handlers.hotline import orders
from handlers.hotline.import_orders import take
from handlers.hotline.outcome import FIELDS, finished, outcome
from handlers.public_notice import verify as publicity
from handlers.supervisors.spreadsheets import WRITERS
from handlers.tables.table import TableError
from handlers.tickets.change import Moment
from handlers.town.town import Town
from models.public_notice import Notice


@click.command()
@click.argument("what", type=click.Choice(["notice"]))
@click.option("--month", metavar="YYYY-MM", help="只看这个月的公示")
@pass_command
def verify(command: Command, what: str, month: str | None) -> int:
    """核对公示：每一环都算一遍，每张工单和公示时比一比。"""
    del what
    if month and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise click.ClickException(f"“{month}”不是月份，应像 2026-11")
    program = command.program()
    with program.reading() as session:
        town = program.towns.current(session)
        if month and session.scalar(select(Notice.id).where(Notice.month == month)) is None:
            raise click.ClickException(f"没有 {month} 的公示")
        found = publicity.verify(session, program.clock(), month or "")
        for each in found:
            click.echo(town.say(f"publicity.found_{each.key}", month=each.month, number=each.number))
        if not found:
            click.echo(_sound(session, town))
    return 1 if found else 0


def _sound(session: Session, town: Town) -> str:
    last = session.scalar(select(Notice).order_by(Notice.id.desc()).limit(1))
    months, lines = session.execute(select(func.count(), func.sum(Notice.lines))).one()
    if last is None:
        return town.say("publicity.nothing")
    return town.say("publicity.sound", months=months, lines=lines, hash=last.hash)


@click.command()
@click.argument("way", type=click.Choice(["import", "export"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--again", is_flag=True, help="报回过的也再报一次")
@pass_command
def hotline(command: Command, way: str, file: Path, *, again: bool) -> None:
    """12345 热线：import 导入工单（CSV、xlsx），export 把办结的报回。有一行不对就一行也不导。"""
    program = command.program()
    if not program.towns.known.practices.hotline.enabled:
        raise click.ClickException("配置里关掉了热线（practices.hotline）")
    click.echo(_taken(program, file) if way == "import" else _returned(program, file, again=again))


def _taken(program: Program, file: Path) -> str:
    with program.sessions() as session, session.begin():
        town = program.towns.current(session)
        try:
            told = orders.read_file(file, town.practices.hotline, town.staff)
        except (TableError, OSError) as error:
            raise click.ClickException(str(error)) from None
        taken = take(Moment(session, town, program.clock()), told)
    return town.say("hotline.taken", new=taken.new, joined=taken.joined, known=taken.known)


def _returned(program: Program, file: Path, *, again: bool) -> str:
    """Marks the tickets as returned only after the file is written."""
    writer = WRITERS.get(file.suffix.removeprefix(".").lower())
    if writer is None:
        raise click.ClickException("文件名要以 .csv 或 .xlsx 结尾")
    with program.sessions() as session, session.begin():
        town, now = program.towns.current(session), program.clock()
        headings = town.practices.hotline.outcome
        done = finished(session, again=again)
        rows = [outcome(session, town, order, ticket).cells() for order, ticket in done]
        with file.open("wb") as opened:
            writer([[headings[name] for name in FIELDS], *rows], opened)
        for order, _ in done:
            order.returned_at = order.returned_at or now
    return town.say("hotline.returned", count=len(done))
