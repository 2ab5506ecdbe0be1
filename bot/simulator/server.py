"""Serves the platform alone on its own port, for other tests."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.simulator.account import Account
from bot.simulator.api.http import api_blueprint
from bot.simulator.platform import Platform

DEMO_ACCOUNT = Account(
    app_id="wx0123456789abcdef",
    app_secret="0123456789abcdef0123456789abcdef",  # noqa: S106 (of a platform that exists in memory only)
    token="whistle2026",  # noqa: S106
    aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    gh_id="gh_0123456789ab",
)


class QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 (werkzeug's name)
        """Logs nothing, because the journal has everything."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serves an app on a free port of 127.0.0.1, one thread a request; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def running_platform(
    account: Account = DEMO_ACCOUNT,
    *,
    followers: Iterable[str] = (),
    templates: Mapping[str, Sequence[str]] | None = None,
    now: Callable[[], float] = time.time,
    patience: float = 5.0,
) -> Iterator[Platform]:
    """A platform behind real HTTP; the bot's `BOT_WECHAT__API_BASE` is its `api_base`.

    If the bot's address is known only later, set it with `point_at(webhook_url)`.
    """
    platform = Platform(account, templates=templates, now=now, patience=patience)
    for openid in followers:
        platform.follow(openid)
    app = Flask("wechat")
    app.register_blueprint(api_blueprint(platform))
    with serving(app) as address:
        platform.api_base = f"{address}/api"
        yield platform
        platform.close()
