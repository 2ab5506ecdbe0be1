"""The machines of the drill: processes that can be killed, PgBouncer, a primary and a replica that confirms commits."""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
from cluster import USER, Server, caught_up
from sqlalchemy import text
from storm import PATIENCE
from testbed import ROOT, WORLD, free_port, opened

from bot.installation.migrating import migrate
from handlers.town_import.importing import import_world, read_world
from models.sessions import sessions as writing_sessions

PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
POOLED = """[databases]
town = host=127.0.0.1 port={port} dbname=town user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 90
max_client_conn = 400
ignore_startup_parameters = extra_float_digits
pidfile = {folder}/pid
logfile = {folder}/log
"""


class Part:
    """A process that is killed with all that it has started, and started again."""

    def __init__(self, name: str, command: list[str], user: str | None = None, env: dict[str, str] | None = None):
        self.name, self._command, self._user, self._env = name, command, user, env
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self._command, cwd=ROOT, env=self._env, user=self._user, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        self.kill()
        self.process = self._start()

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


class Pooler:
    """PgBouncer, which all processes of the program connect to."""

    def __init__(self, folder: Path, mode: str) -> None:
        self._folder, self._mode, self.port = folder, mode, free_port()
        folder.mkdir()
        if USER:
            shutil.chown(folder, USER)

    def lead_to(self, server: Server) -> None:
        values = {"port": server.port, "own": self.port, "mode": self._mode, "folder": self._folder}
        (self._folder / "pgbouncer.ini").write_text(POOLED.format(**values))

    def command(self) -> list[str]:
        return [PGBOUNCER, str(self._folder / "pgbouncer.ini")]

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/town"


def cluster(folder: Path, ending: ExitStack) -> tuple[Server, Server]:
    """A primary with the town, and a replica that confirms every commit."""
    primary, replica = (Server(folder / name, free_port()) for name in ("primary", "replica"))
    for each in (primary, replica):
        ending.callback(each.gone)
    primary.initialise()
    primary.start()
    primary.says("alter system set max_connections = 200")
    primary.stop("fast")
    primary.start()
    primary.says("create database town")
    with opened(primary.url("town")) as engine:
        migrate(engine)
        with writing_sessions(engine).begin() as session:
            import_world(session, read_world(WORLD))
    replica.copy(primary.uri)
    replica.start()
    caught_up(primary.uri, replica)
    confirm(primary, "*")
    return primary, replica


def confirm(server: Server, names: str) -> None:
    """Which replicas confirm a commit before it is acknowledged."""
    server.says(f"alter system set synchronous_standby_names = '{names}'")
    server.says("select pg_reload_conf()")


def pooled(folder: Path, mode: str, primary: Server, ending: ExitStack) -> tuple[Pooler, Part]:
    """A running PgBouncer before the primary."""
    pooler = Pooler(folder / mode, mode)
    pooler.lead_to(primary)
    pool = Part("pgbouncer", pooler.command(), user=USER)
    ending.callback(pool.end)
    until = time.monotonic() + PATIENCE
    while not _listens(pooler.port):
        assert time.monotonic() < until
        time.sleep(0.05)
    return pooler, pool


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def lost_by_pooling(url: str) -> list[str]:
    """What a connection has set up that its next transaction no longer has, as another connection works meanwhile."""
    lost = []
    with opened(url) as engine, engine.connect() as first, engine.connect() as second:
        prepared = first.connection.driver_connection
        prepared.execute("select 1", prepare=True)
        prepared.commit()
        second.exec_driver_sql("select 1")
        try:
            prepared.execute("select 1", prepare=True)
        except psycopg.Error as error:
            lost.append(f"prepared statements ({type(error).__name__})")
            prepared.rollback()
        if first.scalar(text("show lock_timeout")) == "0":
            lost.append("lock_timeout")
    return lost
