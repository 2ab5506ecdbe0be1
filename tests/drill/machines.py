"""Several machines: each process is killed in turn while residents write, and the replica is promoted: `make machines`.

Two web and two worker processes, PgBouncer between, a primary and a streaming replica that confirms each commit. The
steps of the operator are those of docs/operate.md. Needs Debian's pgbouncer; says what its transaction mode would lose.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from cluster import USER, Server, caught_up
from fake_api import FakeApi, says, serving
from sqlalchemy import func, select, text
from storm import PATIENCE, Residents
from test_kill import SENT, check_histories, check_messages, check_pushes, finish_pushes, wait_until_up, wechat_of
from testbed import ROOT, WORLD, folder_of_databases, free_port, opened, trained_model
from whole_program import environment

from bot.installation.keys import key_ring
from bot.installation.migrating import migrate
from bot.installation.settings import load_settings
from handlers.town.wordings import Wordings, read_wordings
from handlers.town_import.importing import import_world, read_world
from models import encrypted_columns
from models.conversation import Inbound
from models.sessions import reading_sessions
from models.sessions import sessions as writing_sessions

PGBOUNCER = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
UNDER_LOAD = 3.0
"""Seconds of load before each kill and after the last"""
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


@contextmanager
def program(env: dict[str, str], ports: list[int]) -> Iterator[list[Part]]:
    bot = [sys.executable, "-m", "bot", "--config", str(ROOT / "config.yaml")]
    parts = [
        Part(f"web {n}", [*bot, "serve", "--port", str(p), "--workers", "1"], env=env) for n, p in enumerate(ports)
    ]
    parts += [Part(f"worker {n}", [*bot, "worker"], env=env) for n in range(2)]
    try:
        yield parts
    finally:
        for each in parts:
            each.end()


def turns(
    primary: Server, replica: Server, pooler: Pooler, pool: Part, parts: list[Part]
) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is killed, in turn, and what the operator does then."""
    for each in parts:
        yield each.name, each.restart
    yield pool.name, pool.restart

    def lose_the_replica() -> None:
        replica.kill()
        time.sleep(UNDER_LOAD)  # nothing can be acknowledged meanwhile
        confirm(primary, "")
        time.sleep(UNDER_LOAD)
        replica.start()
        caught_up(primary.uri, replica)
        confirm(primary, "*")

    def lose_the_primary() -> None:
        primary.kill()
        replica.promote()
        confirm(replica, "")
        pooler.lead_to(replica)
        pool.process.send_signal(signal.SIGHUP)

    yield "replica", lose_the_replica
    yield "primary", lose_the_primary


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


def drill(folder: Path) -> None:
    with ExitStack() as ending:
        primary, replica = cluster(folder, ending)
        print("transaction mode loses", lost_by_pooling(pooled(folder, "transaction", primary, ending)[0].url))
        (pooler, pool), ports = pooled(folder, "session", primary, ending), [free_port(), free_port()]
        lost = lost_by_pooling(pooler.url)
        print("session mode loses", lost, flush=True)
        assert lost == []
        api = ending.enter_context(serving())
        api.put(SENT, says(errcode=0, errmsg="ok"))
        api.put("/cgi-bin/message/template/send", says(errcode=0, errmsg="ok", msgid=1))
        env = environment(pooler.url, folder, BOT_DATABASE__REPLICA=replica.url("town"), **wechat_of(api))
        residents = Residents([f"http://127.0.0.1:{port}" for port in ports])
        with program(env, ports) as parts:
            for port in ports:
                wait_until_up(port)
            with residents:
                for name, happens in turns(primary, replica, pooler, pool, parts):
                    time.sleep(UNDER_LOAD)
                    before = len(residents.heard), residents.redeliveries
                    happens()
                    answered_again(residents)
                    told = len(residents.heard) - before[0], residents.redeliveries - before[1]
                    print(f"{name}: meanwhile {told[0]} answered, {told[1]} delivered again", flush=True)
                time.sleep(UNDER_LOAD)
        heard = apart_from_apologies(residents, read_wordings(ROOT / "handlers/data/wordings.yaml", None))
        compared(replica.url("town"), folder, api, heard)


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


def answered_again(residents: Residents) -> None:
    """Wait until several have been answered."""
    enough, until = len(residents.heard) + 10, time.monotonic() + PATIENCE
    while len(residents.heard) < enough:
        assert time.monotonic() < until, "nobody is answered any more"
        time.sleep(0.1)


def apart_from_apologies(residents: Residents, say: Wordings) -> Residents:
    """Without those who were asked to write again: of a connection that is cut, nobody knows whether it has committed."""
    sorry = {say("apology"), say("apology_not_kept")}
    heard = [each for each in residents.heard if each.reply not in sorry]
    print(f"{len(heard)} answered, {len(residents.heard) - len(heard)} asked to write again")
    print(f"{len(residents.unheard)} never answered, {residents.redeliveries} delivered again", flush=True)
    return replace(residents, heard=heard)


def compared(url: str, folder: Path, api: FakeApi, residents: Residents) -> None:
    """What was acknowledged is in the database, once."""
    finish_pushes(url, folder, api.url)
    with opened(url) as engine, reading_sessions(engine)() as session:
        check_messages(session, residents)
        check_histories(session)
        check_pushes(session, api)
        kept = session.scalar(select(func.count()).select_from(Inbound))
    print(f"{len(residents.heard)} acknowledged and none of them lost, of {kept} in the database")


if __name__ == "__main__":
    trained_model()
    encrypted_columns.use(key_ring(load_settings(ROOT / "config.yaml")))
    where = folder_of_databases()
    try:
        drill(where)
    finally:
        shutil.rmtree(where, ignore_errors=True)
