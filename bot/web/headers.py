"""Security headers of every answer, and the largest request.

A view may set its own headers, because the simulator's page needs scripts.
"""

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request

MAX_BODY = 12 << 20
"""Enough for photos in the simulator; the webhook has its own, much smaller limit"""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_BY_NAME = {name.lower(): (name, value) for name, value in HEADERS.items()}


def harden(app: Flask) -> None:
    """Add the headers to all answers, including errors; headers set by a view stay."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 50
    app.before_request(_refuse_nul)
    app.wsgi_app = _with_headers(app.wsgi_app)  # type: ignore[method-assign, assignment]


def _refuse_nul() -> Response | None:
    """No address of ours has one, and PostgreSQL can't look for it."""
    if "\0" in request.path or b"%00" in request.query_string:
        return Response("Bad Request\n", 400, mimetype="text/plain")
    return None


def _with_headers(inner: WSGIApplication) -> WSGIApplication:
    """Work on the finished list, which is cheap: werkzeug's headers search and check their list at each change."""

    def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:  # noqa: ANN401
            own = {name.lower() for name, _ in headers}
            missing = [header for name, header in _BY_NAME.items() if name not in own]
            return start_response(status, headers + missing, *failed)

        return inner(environ, start)

    return wsgi_app
