"""Web processes under gunicorn: loaded once, then forked, so that they share the model's memory.

Gunicorn keeps the processes (forks, restarts, stops them); each answers with waitress, which holds a body back until
it is whole (docs/adr/0010-server.md).
"""

import gc
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from bot.server.graceful_stop import let_nobody_in
from bot.server.worker_class import BufferedWorker

THREADS = 4
"""Threads of each process for other requests than messages, which are answered in rounds (bot.server.rounds)"""


class _Keeper(Arbiter):  # type: ignore[misc]
    """Gunicorn's parent process."""

    def stop(self, graceful: bool = True) -> None:  # noqa: FBT001, FBT002  (gunicorn's)
        let_nobody_in(listening.sock for listening in self.LISTENERS)
        super().stop(graceful)


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, app: Flask, after_fork: Callable[[], None], options: dict[str, Any]) -> None:
        self._app, self._after_fork, self._options = app, after_fork, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)
        self.cfg.set("post_fork", lambda _server, _worker: self._after_fork())
        self.cfg.set("child_exit", lambda _server, worker: BufferedWorker.held.gone(worker.age))

    def load(self) -> Flask:
        return self._app

    def run(self) -> None:
        _Keeper(self).run()


def serve(
    app: Flask,
    host: str,
    port: int,
    workers: int,
    threads: int = THREADS,
    after_fork: Callable[[], None] = lambda: None,
    worker_class: str = "bot.server.worker_class.BufferedWorker",
) -> None:
    """Serve until told to stop."""
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker_class": worker_class,
        "threads": threads,
        "timeout": 30,
        "keepalive": 15,
        "preload_app": True,
        "loglevel": "warning",
        "worker_tmp_dir": None,
    }
    # Loaded objects live as long as the processes. If the collector scanned them, some messages would wait a tenth of
    # a second, and the memory that the processes share would be copied.
    gc.collect()
    gc.freeze()
    _Server(app, after_fork, options).run()
