"""Starts the measured programs as separate processes under the same server, and measures their memory."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bot.bench.messages import ENVIRONMENT

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its port, its main process, and the seconds that it took to start."""

    port: int
    pid: int
    start_seconds: float

    def weights(self) -> list[float]:
        """The proportional set size of each process in MB: shared memory is divided among its users."""
        return [_weight(pid) for pid in (self.pid, *_children(self.pid))]


@contextmanager
def program(url: str, workers: int = 2, **environment: str) -> Iterator[Served]:
    """`python -m bot serve` on a database."""
    port = _free_port()
    arguments = ["-m", "bot", "serve", "--port", str(port), "--workers", str(workers)]
    with _running(arguments, port, {"BOT_DATABASE__URL": url, **environment}) as served:
        yield served


@contextmanager
def worker(url: str, api_base: str) -> Iterator[None]:
    """`python -m bot worker` on the same database: it sends the pushes while messages come in."""
    environment = {"BOT_DATABASE__URL": url, "BOT_WECHAT__API_BASE": api_base}
    process = _started(["-m", "bot", "worker"], environment)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE)


@contextmanager
def bare(
    app: str, workers: int = 2, worker_class: str = "bot.server.worker_class.BufferedWorker", **environment: str
) -> Iterator[Served]:
    """A bare app (`module:factory`) under the program's own server."""
    port = _free_port()
    with _running(
        ["-m", "bot.bench.bare_server", app, str(port), str(workers), worker_class], port, environment
    ) as served:
        yield served


@contextmanager
def _running(arguments: list[str], port: int, environment: dict[str, str]) -> Iterator[Served]:
    started = time.perf_counter()
    process = _started(arguments, environment)
    try:
        _wait(process, port)
        yield Served(port, process.pid, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE)


def _started(arguments: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  (our own program)
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | ENVIRONMENT | environment,
        stdout=subprocess.DEVNULL,
        stderr=None if "BOT_BENCH_LOUD" in os.environ else subprocess.DEVNULL,
    )


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Waits until the server answers any request."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError("the server does not come up")


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def _weight(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
