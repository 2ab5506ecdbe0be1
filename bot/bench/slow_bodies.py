"""Compares servers: how many messages are answered in time while other requests send their bodies slowly."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

from bot.bench import load, messages, servers
from bot.bench.messages import Said
from bot.bench.parts import Bench
from bot.bench.result_lines import Line

_SLOW = 16
_PATIENCE = 5.0
"""WeChat's"""
WORKERS = {"waitress under gunicorn": "bot.server.worker_class.BufferedWorker", "gunicorn gthread": "gthread"}


def slow_bodies(_bench: Bench) -> Iterator[Line]:
    """Each server runs one process, so that slow and normal requests share it."""
    for name, worker_class in WORKERS.items():
        with servers.bare("bot.bench.echo:create_webhook", 1, worker_class) as served, ExitStack() as open_ones:
            for number in range(_SLOW):
                open_ones.enter_context(_dripping(served.port, number))
            time.sleep(0.5)
            run = load.drive(served.port, messages.requests(40, seed=3), 4, _PATIENCE)
            what = f"messages without an answer in {_PATIENCE:.0f} s beside {_SLOW} slow bodies, {name}"
            yield Line("a", what, run.failed, "of 40", more=f"slowest {run.percentile(1):.0f} ms")


def _dripping(port: int, number: int) -> socket.socket:
    """A request whose body never ends; its URL has a valid signature, as one copied from a log would."""
    request = messages.request(Said(messages.openid(number), "慢"))
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(request[: request.index(b"\r\n\r\n") + 10])
    return connection
