"""Headers that every answer has, and the size that no request exceeds. A view may set its own: the simulator's page
needs scripts.
"""

from flask import Flask, Response

MAX_BODY = 12 << 20
"""Photos in the simulator; the webhook has its own, much smaller limit"""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def harden(app: Flask) -> None:
    """Last of all handlers: what a view has set stays."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_PARTS"] = 50

    @app.after_request
    def _add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
