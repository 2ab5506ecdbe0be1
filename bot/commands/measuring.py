"""Commands that measure the program under load: synth, bench, week."""

import json
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.commands.shared import Command, pass_command
from bot.installation.database import open_database
from bot.synth.ticket_traces import made_up
from handlers.world.world import load_world
from models.conversation import Inbound
from models.person import Person
from models.sessions import reading_sessions


@click.command()
@click.option("--tickets", type=click.IntRange(1, 10_000_000), required=True, help="多少件")
@click.option("--seed", default=1, show_default=True, help="同一个种子，同一个镇")
@pass_command
def synth(command: Command, tickets: int, seed: int) -> None:
    """在数据库里造出一个镇一年的工单，看看装得下多少。只用于试验的数据库。"""
    from datetime import UTC, datetime

    from bot.synth.filling import NoWorldError, fill

    settings = command.settings()
    engine = open_database(settings)
    with reading_sessions(engine)() as session:
        world = load_world(session)
        if _is_lived_in(session):
            raise click.ClickException(
                "这个库里有真的居民，造出来的工单混进去就分不出来了。请换一个库，如 BOT_DATABASE__URL=sqlite:///var/synth.db"
            )
    try:
        with click.progressbar(length=tickets, label="造工单") as bar:
            fill(engine, world, settings.routing, tickets, seed, datetime.now(UTC), lambda n: bar.update(n - bar.pos))
    except NoWorldError:
        raise click.ClickException("还没有社区数据，请先运行 python -m bot import 文件夹") from None
    click.echo(f"已写入 {tickets} 件。")


def _is_lived_in(session: Session) -> bool:
    """Whether people use this database: made-up tickets could not be told from theirs or removed again."""
    wrote = select(Person.id).where(Person.last_inbound_at.is_not(None)).limit(1)
    return bool(session.scalar(select(Inbound.key).where(~made_up()).limit(1)) or session.scalar(wrote))


@click.command()
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="结果另存为 JSON")
@click.option("--full", is_flag=True, help="大的也量：一百万件工单、一分钟五千条（约半小时）")
@click.option("--only", multiple=True, help="只量这几项，如 path、asking")
def bench(file: Path | None, only: tuple[str, ...], *, full: bool) -> None:
    """量这台机器上的快慢，旁边放着拿来比的东西；用自己的数据库，不碰真实的数据。"""
    from bot.bench.running import run

    run(file, only, full=full)


@click.command()
@click.option("--tickets", type=click.IntRange(1, 100_000), default=500, show_default=True, help="多少件")
@click.option("--seed", default=1, show_default=True, help="同一个种子，同一个星期")
def week(tickets: int, seed: int) -> None:
    """在真实配额的模拟微信上过一个星期，数通知到了多少、被拒多少；用自己的数据库。没达到该有的，退出码 1。"""
    from bot.week.counting import unfinished
    from bot.week.running import live

    figures = live(tickets, seed)
    click.echo(json.dumps(figures.as_json(), ensure_ascii=False, indent=1))
    if unfinished(figures):
        raise click.exceptions.Exit(1)
