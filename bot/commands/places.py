"""Commands about places, for the clerk: scenes, qr, template."""

import csv
import sys
from pathlib import Path

import click
from sqlalchemy import select

from bot.commands.shared import Command, pass_command
from bot.installation.database import open_database
from models.grid import Grid, Place
from models.sessions import reading_sessions


@click.command()
@pass_command
def scenes(command: Command) -> None:
    """列出每个小区二维码的参数（CSV），拿去生成“带参数二维码”。"""
    wanted = (
        select(Place.id, Place.name, Grid.name)
        .join(Grid, Grid.code == Place.community)
        .where(Place.kind == "compound")
        .order_by(Place.community, Place.id)
    )
    lines = csv.writer(sys.stdout)
    lines.writerow(("小区", "社区", "参数"))
    with reading_sessions(open_database(command.settings()))() as session:
        lines.writerows((place, community, f"place_{number}") for number, place, community in session.execute(wanted))


@click.command()
@click.option("--grid", help="只做这个网格、社区或街道的（代码或名称）")
@click.option(
    "--kind",
    type=click.Choice(["compound", "building", "lift", "bin"]),
    default="compound",
    show_default=True,
    help="每个小区一个，或每栋楼、每栋楼的电梯、垃圾桶一个",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写成 PDF 或 PNG")
@pass_command
def qr(command: Command, grid: str | None, kind: str, out: Path) -> None:
    """生成永久二维码，排在 A4 纸上，名称印在码下；扫了就知道在哪里。"""
    from bot.assembly import assemble, gateway
    from bot.qr.codes import made, scenes
    from bot.qr.sheet import write
    from bot.wechat.shared_tokens import TokensInDatabase

    if out.suffix.lower() not in {".pdf", ".png"}:
        raise click.ClickException("--out 的文件名要以 .pdf 或 .png 结尾")
    settings = command.settings()
    program = assemble(settings)
    with program.reading() as session:
        town = program.towns.current(session)
    area = town.world.grid_named(grid) if grid else None
    if grid and area is None:
        raise click.ClickException(f"没有“{grid}”这个网格，或不止一个")
    wanted = scenes(town, kind, area.code if area else None)
    if not wanted:
        raise click.ClickException("这里没有要做码的地方")
    sender = gateway(settings, TokensInDatabase(program.sessions, program.reading))
    with click.progressbar(length=len(wanted), label="做码", file=sys.stderr) as bar:
        codes = made(program.sessions, sender, wanted, lambda: bar.update(1))
    pages, files = write(codes, out)
    click.echo(f"{len(codes)} 个码，{pages} 页：{'、'.join(map(str, files))}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def template(file: Path) -> None:
    """写一个空白的 world.xlsx：表名、列名、下拉选项、灰色的例子都有，填好放进文件夹再 import。"""
    if file.suffix.lower() != ".xlsx":
        raise click.ClickException(f"文件名要以 .xlsx 结尾：{file.name}")
    if file.exists():
        raise click.ClickException(f"{file} 已经有了，换个名字，免得盖掉填好的")
    from handlers.town_import.template import write_template

    try:
        write_template(file)
    except OSError as error:
        raise click.ClickException(f"{file} 写不进去：{error.strerror}") from None
    click.echo(f"写好了：{file}")
