"""Writes that are retried until the database accepts them."""

import time
from collections.abc import Callable
from typing import TypeVar

import structlog

from models.connecting import DATABASE_AWAY

_PAUSE_SECONDS = 0.1

_Done = TypeVar("_Done")
log = structlog.get_logger(__name__)


def patiently(write: Callable[[], _Done], seconds: float) -> _Done:
    """Retry after lock timeouts and deadlocks, up to `seconds`. `write` is one whole transaction."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return write()
        except DATABASE_AWAY as error:
            if time.monotonic() > deadline:
                raise
            log.info("write_tried_again", error=type(error.orig).__name__)
            time.sleep(_PAUSE_SECONDS)
