"""The demonstration's town with eight weeks of history: created once in the database, and again on a reset."""

from collections.abc import Callable
from datetime import datetime, timedelta

import click
from sqlalchemy import Engine, delete, func, select, text
from sqlalchemy.orm import Session

from bot.demo.practices import demonstration_world, live_between
from bot.installation import learning
from bot.installation.database import open_database
from bot.installation.migrating import migrate
from bot.installation.settings import Settings
from bot.synth.filling import Past, fill
from handlers.board.keep_sums import look, write
from handlers.town_import.importing import import_world
from handlers.world.world import load_world
from models.base import Base
from models.grid import Fact, Grid
from models.sessions import reading_sessions, sessions
from models.ticket import Ticket

_IS_DEMO = "demonstration"
_TICKETS = 800
_QUIET = frozenset({"德尚小区"})
"""Where visitors begin: without made-up open tickets, so that their reports are not joined to one"""
PAST = Past(timedelta(weeks=8), _QUIET)


def prepare(settings: Settings, now: Callable[[], datetime]) -> None:
    """Creates database, world, history and model if missing; prints a line for each long step."""
    engine = open_database(settings)
    migrate(engine)
    with sessions(engine).begin() as session:
        is_new = _settle(session)
    if is_new:
        live(engine, settings, now())
    engine.dispose()
    if not learning.model_is_ready(settings):
        click.echo("训练模型（第一次约需一两分钟）……")
        learning.train_model(settings)
    if is_new:
        live_between(settings, now())


def _settle(session: Session) -> bool:
    """Imports the demonstration town into an empty database; refuses a real one, whose people would get pushes."""
    if session.scalar(select(Grid.code).limit(1)) is None:
        click.echo("导入示范社区：新义街道……")
        import_world(session, demonstration_world())
        session.add(Fact(name=_IS_DEMO, value="yes"))
    elif session.get(Fact, _IS_DEMO) is None:
        raise click.ClickException("这个数据库里已有真实的社区数据，不能用来演示。请把 BOT_DATABASE__URL 指到另一个库")
    return session.scalar(select(func.count()).select_from(Ticket)) == 0


def live(engine: Engine, settings: Settings, now: datetime) -> None:
    """Writes eight weeks of tickets and their daily sums."""
    click.echo("让示范社区先过八个星期……")
    with reading_sessions(engine)() as session:
        world = load_world(session)
    fill(engine, world, settings.routing, _TICKETS, 1, now, lambda _done: None, PAST)
    more = True
    while more:
        with reading_sessions(engine)() as session:
            changes = look(session, now)
        with sessions(engine).begin() as session:
            write(session, changes)
        more = changes.more


def start_over(engine: Engine, settings: Settings, now: datetime) -> None:
    """Deletes everything that visitors did and restores the town's first state."""
    with sessions(engine).begin() as session:
        if session.get(Fact, _IS_DEMO) is None:
            raise click.ClickException("这不是演示用的数据库")
        _empty(session)
        import_world(session, demonstration_world())
        session.add(Fact(name=_IS_DEMO, value="yes"))
    live(engine, settings, now)
    live_between(settings, now)


def _empty(session: Session) -> None:
    """Empties all tables. They refer to each other, so foreign keys are checked at the commit."""
    tables = Base.metadata.tables.values()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"truncate {', '.join(table.name for table in tables)} restart identity"))
        return
    session.execute(text("pragma defer_foreign_keys = on"))
    for table in tables:
        session.execute(delete(table))
