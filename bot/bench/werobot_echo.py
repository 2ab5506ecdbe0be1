"""WeRoBot's own echo, in safe mode, as a WSGI app. Only the benchmark needs WeRoBot (requirements-bench.txt)."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from bot.bench.messages import AES_KEY, APP_ID, TOKEN

_Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]


def create_app() -> _Wsgi:
    """Echoes messages under /wechat."""
    robot = import_module("werobot").WeRoBot(token=TOKEN, encoding_aes_key=AES_KEY, app_id=APP_ID)
    robot.config["SESSION_STORAGE"] = False
    robot.text(lambda message: message.content)

    def under_our_path(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:  # noqa: ANN401
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/wechat") or "/"
        return robot.wsgi(environ, start_response)

    return under_our_path
