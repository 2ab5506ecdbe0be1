"""Commands about places: scenes."""

import csv
import sys

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
