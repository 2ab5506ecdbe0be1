"""Which server: how fast it echoes, and how long a message waits while five others' bodies come drop by drop."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

from bot.bench import load, messages, servers
from bot.bench.messages import Said
from bot.bench.parts import Bench
from bot.bench.table import Line

_SLOW = 5
WORKERS = {"waitress under gunicorn": "bot.buffered_worker.BufferedWorker", "gunicorn gthread": "gthread"}


def slow_bodies(_bench: Bench) -> Iterator[Line]:
    """One process each, so that the slow ones meet the others."""
    for name, worker_class in WORKERS.items():
        with servers.bare("bot.bench.echo:create_app", 1, worker_class) as served, ExitStack() as open_ones:
            for number in range(_SLOW):
                open_ones.enter_context(_dripping(served.port, number))
            time.sleep(0.5)
            run = load.drive(served.port, messages.requests(200, seed=3), connections=4)
            more = f"{run.per_second:.0f} messages/s, failed {run.failed}"
            yield Line("a", f"slowest answer beside {_SLOW} slow bodies, {name}", run.percentile(1), "ms", more=more)


def _dripping(port: int, number: int) -> socket.socket:
    """A request whose body never comes to its end; wrongly signed, so that it is refused before it is read."""
    request = messages.request(Said(messages.openid(number), "慢")).replace(b"signature=", b"signature=0", 1)
    head = request[: request.index(b"\r\n\r\n") + 4]
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(head + b"<xml>")
    return connection
