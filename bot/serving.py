"""Web processes under gunicorn: loaded once, then forked, so that they share the model's memory."""

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from sqlalchemy import Engine


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, app: Flask, engine: Engine, options: dict[str, Any]) -> None:
        self._app, self._engine, self._options = app, engine, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)
        self.cfg.set("post_fork", lambda _server, _worker: self._engine.dispose(close=False))

    def load(self) -> Flask:
        return self._app


def serve(app: Flask, engine: Engine, host: str, port: int, workers: int) -> None:
    """Serve until told to stop."""
    engine.dispose()  # no connection of the parent's may be used by two children
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": 8,
        "timeout": 30,
        "keepalive": 15,
        "preload_app": True,
        "loglevel": "warning",
        "worker_tmp_dir": None,
    }
    _Server(app, engine, options).run()
