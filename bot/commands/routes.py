"""Commands about what is in flight and what was: reroute, replay."""

import click
from sqlalchemy import true

from bot.commands.shared import Command, pass_command
from handlers.access import within
from handlers.rerouting import Change, changes
from handlers.rerouting import reroute as send_elsewhere
from handlers.world import World


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
    moved = 0
    for change in found:
        click.echo(_line(town.world, change))
        if not dry_run:  # a transaction each: residents are answered in between
            with program.sessions() as session, session.begin():
                moved += send_elsewhere(session, town, change.ticket_id, program.clock())
    click.echo(f"会改 {len(found)} 件，没有改动。" if dry_run else f"已重派 {moved} 件。")


def _line(world: World, change: Change) -> str:
    was, now = (_team(world, code) for code in (change.was_team, change.team))
    return f"{change.number} {was}({change.was_grid or '无网格'}) → {now}({change.grid}) 规则：{change.rule}"


def _team(world: World, code: str | None) -> str:
    return world.teams[code].name if code in world.teams else "待派"
