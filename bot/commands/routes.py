"""Commands about open and past tickets: reroute, replay."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import click
from sqlalchemy import true

from bot.commands.shared import Command, pass_command, say_json
from handlers.figures.counts import percent
from handlers.notifications.ticket_text import iso
from handlers.tables.table import TableError
from handlers.tickets.access import within
from handlers.town.limits import read_limits
from handlers.town.town import Town
from handlers.what_if.replay import Replay, Tally, under, worst
from handlers.what_if.replay import replay as count_again
from handlers.what_if.reroute import Change, changes
from handlers.what_if.reroute import reroute as send_elsewhere
from handlers.world.world import World


@click.command()
@click.option("--dry-run", is_flag=True, help="只说会改什么，不改")
@click.option("--grid", metavar="CODE", help="只看这个网格、社区、街道或区县")
@pass_command
def reroute(command: Command, grid: str | None, *, dry_run: bool) -> None:
    """社区数据或规则改了以后，把还没人签收、也没人动过的工单按新规则重新派。"""
    program = command.program()
    with program.reading() as session:
        town = program.towns.current(session)
        if grid and grid not in town.world.grids:
            raise click.ClickException(f"没有网格 {grid}")
        scope = within(grid) if grid else true()
        found = list(changes(session, town, scope))
    for change in found:
        click.echo(_line(town.world, change))
    if dry_run:
        click.echo(f"会改 {len(found)} 件，没有改动。")
        return
    if found and sys.stdin.isatty():
        click.confirm(f"这 {len(found)} 件会换承办单位，两边都会收到通知，确定吗", abort=True)
    moved = 0
    for change in found:  # one transaction each, so that residents are answered in between
        with program.sessions() as session, session.begin():
            moved += send_elsewhere(session, town, change.ticket_id, program.clock())
    click.echo(f"已重派 {moved} 件。")


@click.command()
@click.option(
    "--limits",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="新的时限表，格式同 limits.csv",
)
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True)
@click.option("--grid", metavar="CODE", help="只看这个网格、社区、街道或区县")
@click.option("--json", "as_json", is_flag=True)
@pass_command
def replay(command: Command, file: Path, days: int, grid: str | None, *, as_json: bool) -> None:
    """推演：要是换成这张时限表，最近这些天会怎样。什么都不改。"""
    try:
        limits = read_limits(file)
    except TableError as error:
        raise click.ClickException(str(error)) from None
    program = command.program()
    with program.reading() as session:
        town = program.towns.current(session)
        lacking = limits.lacking(list(town.catalogue.categories))
        if lacking:
            raise click.ClickException("\n".join(f"{file.name}：类别“{key}”没有时限" for key in lacking))
        if grid and grid not in town.world.grids:
            raise click.ClickException(f"没有网格 {grid}")
        done = count_again(session, town, under(limits), days, program.clock(), within(grid) if grid else true())
    if as_json:
        say_json(_json(done, town))
    else:
        click.echo("\n".join(_table(done, town)))


def _json(done: Replay, town: Town) -> dict[str, object]:
    def rows(tallies: dict[str, Tally], name_of: Callable[[str], str]) -> list[dict[str, object]]:
        return [{"key": key, "name": name_of(key), **_figures(tally)} for key, tally in worst(tallies, len(tallies))]

    return {
        "since": iso(done.since),
        "total": _figures(done.total),
        "categories": rows(done.categories, town.catalogue.name),
        "teams": rows(done.teams, lambda code: _team(town.world, code)),
    }


def _figures(tally: Tally) -> dict[str, object]:
    return asdict(tally) | {"rate_then": tally.rate_then, "rate_now": tally.rate_now, "more": tally.more}


def _table(done: Replay, town: Town) -> Iterator[str]:
    yield "按期率、超时件数：当时 → 推演"
    yield _row("全部", done.total)
    yield "— 按类别"
    yield from (_row(town.catalogue.name(key), tally) for key, tally in worst(done.categories, len(done.categories)))
    yield "— 按单位"
    yield from (_row(_team(town.world, key), tally) for key, tally in worst(done.teams, len(done.teams)))


def _row(name: str, tally: Tally) -> str:
    rates = f"{percent(tally.rate_then)} → {percent(tally.rate_now)}"
    return f"{name}\t{tally.tickets}件\t{rates}\t{tally.overdue_then} → {tally.overdue_now}（{tally.more:+d}）"


def _line(world: World, change: Change) -> str:
    was, now = (_team(world, code) for code in (change.was_team, change.team))
    return f"{change.number} {was}({change.was_grid or '无网格'}) → {now}({change.grid}) 规则：{change.rule}"


def _team(world: World, code: str | None) -> str:
    return world.teams[code].name if code in world.teams else "待派"
