"""Commands about people's data: rekey, export, erase."""

from pathlib import Path

import click
from sqlalchemy import select, true

from bot.commands.shared import Command, moment, operator, pass_command
from bot.installation.atomic_files import for_the_operator
from bot.installation.database import open_database
from bot.installation.keys import key_ring, new_key
from bot.installation.keys import rekey as renew_all
from handlers.privacy.erasure import erase as forget
from handlers.supervisors.export import table
from handlers.supervisors.spreadsheets import WRITERS
from handlers.tickets.access import within
from models.person import Look, Person
from models.sessions import sessions
from models.ticket import Ticket


@click.command()
@click.option("--new", is_flag=True, help="只打印一个新密钥，什么也不改")
@pass_command
def rekey(command: Command, *, new: bool) -> None:
    """换密钥：把存着的电话、走访名单用新密钥重新加密。

    先用 --new 生成；新密钥放 BOT_PRIVACY__KEY，原来的放 BOT_PRIVACY__OLD_KEYS；再运行本命令，然后去掉旧的。
    """
    if new:
        click.echo(new_key())
        return
    settings = command.settings()
    engine = open_database(settings)
    done = renew_all(sessions(engine), key_ring(settings))
    engine.dispose()
    click.echo(f"已用新密钥重新加密 {done.renewed} 项（电话、走访名单）。")
    if done.unreadable:
        raise click.ClickException(
            f"有 {done.unreadable} 项读不出来，没有动：请把原来的密钥放进 BOT_PRIVACY__OLD_KEYS 再运行一次"
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--grid", metavar="CODE", help="只要这个网格、社区、街道或区县的")
@click.option("--since", metavar="ISO", help="这一刻以后报的")
@pass_command
def export(command: Command, file: Path, grid: str | None, since: str | None) -> None:
    """把工单清单写成 .csv 或 .xlsx；电话和姓名遮住，谁导出过会记下来。"""
    write = WRITERS.get(file.suffix.lower().removeprefix("."))
    if write is None:
        raise click.ClickException(f"不认识 {file.name} 的格式，应为 .csv 或 .xlsx")
    program, from_when = command.program(), moment(since) if since else None
    with program.sessions() as session, session.begin():
        session.add(Look(via=f"导出（{operator()}）", at=program.clock()))
    with program.reading() as session, for_the_operator(file) as part, part.open("wb") as target:
        town = program.towns.current(session)
        if grid and grid not in town.world.grids:
            raise click.ClickException(f"没有网格 {grid}")
        scope = within(grid) if grid else true()
        scope &= Ticket.created_at >= from_when if from_when else true()
        count = write(table(session, town, scope, None), target)
    click.echo(f"已导出 {count} 张工单到 {file}")


@click.command()
@click.argument("openid")
@click.option("--yes", is_flag=True, help="不再问一次")
@pass_command
def erase(command: Command, openid: str, *, yes: bool) -> None:
    """删除一个人的信息：说过的话、住址、电话、照片。不能恢复。"""
    program = command.program()
    with program.sessions() as session, session.begin():
        person = session.scalar(select(Person).where(Person.openid == openid))
        if person is None:
            raise click.ClickException(f"没有 openid 为 {openid} 的人")
        if person.is_staff or person.is_overseer:
            raise click.ClickException("这个人有工作岗位，请先在 people.csv 里撤去，再删除")
        if not yes:
            click.confirm("删除后不能恢复，确定吗", abort=True)
        forget(session, program.towns.current(session), person, program.clock())
    click.echo("已删除。照片文件由 worker 随后删掉。")
