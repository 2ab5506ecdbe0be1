"""Logs: one JSON line an event for machines, plain lines for a person at a terminal. Never what somebody wrote."""

import logging
import sys

import structlog

_SECRET_NAMES = ("secret", "token", "aes_key", "password", "openid", "text", "phone")


def set_up(*, plain: bool = False) -> None:
    """Configure structlog for this process; `plain` for terminals."""
    renderer = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_secrets(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The last net: a field with such a name is never written, whoever put it there."""
    return {name: "***" if name in _SECRET_NAMES else value for name, value in event.items()}
