"""Logs: one JSON line for each event, or plain lines for a terminal. They never contain people's messages."""

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

from handlers.dialogue.message import Kind
from nlp.reading.identities import mask

_SECRET_NAMES = ("secret", "token", "aes_key", "password", "key", "openid", "text", "phone")
_SECRET_ENDINGS = ("_secret", "_token", "_key", "_password", "_openid", "_phone")
_HIDDEN = "***"
_OPENID = re.compile(r"\bo[A-Za-z0-9_-]{27}\b")
_IN_ADDRESS = re.compile(
    r"((?:access_token|secret|openid|signature|corpsecret)=)[^&\s'\"]+|(://[^/\s:@]+:)[^@\s]+(?=@)"
)
_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)

log = structlog.get_logger(__name__)


def set_up(*, plain: bool = False) -> None:
    """Configure this process's logs, including libraries'; `plain` for terminals."""
    renderer: Processor = structlog.dev.ConsoleRenderer(colors=False) if plain else _JSON
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _exception_by_place,
        _discreet,
    ]
    structlog.configure(
        processors=[*common, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),  # threads' lines don't mix
        cache_logger_on_first_use=False,
    )
    handler = _ToStderr()
    handler.setFormatter(ProcessorFormatter(processors=[ProcessorFormatter.remove_processors_meta, *common, renderer]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def answered(message_id: str, kind: Kind, milliseconds: float) -> None:
    """The log line of every message. For JSON it skips the processors, which would take ten times as long.

    They search every field for personal data, but these are only a hash, a fixed word and a number.
    """
    processors = structlog.get_config()["processors"]
    if not processors or processors[-1] is not _JSON:
        log.info("answered", message_id=message_id, kind=kind.value, milliseconds=milliseconds)
        return
    now = datetime.now(UTC).replace(tzinfo=None).isoformat()
    line = {"message_id": message_id, "kind": kind.value, "milliseconds": milliseconds}
    line |= {"event": "answered", "level": "info", "timestamp": f"{now}Z"}
    sys.stderr.write(f"{_JSON(log, 'info', line)!s}\n")


class _ToStderr(logging.Handler):
    """Writes to the current stderr, not to the one at setup."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")


def places(error: BaseException) -> list[str]:
    """The error's stack, innermost last, without its message, which may quote a resident (SQL parameters)."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]


def _exception_by_place(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace a traceback by the error's name and its places."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        event.update(error=type(error).__name__, at=places(error))
    return event


def _discreet(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The last filter: hide secret fields, and numbers or accounts that identify a person."""
    return {name: _HIDDEN if _is_secret(name) else _clean(value) for name, value in event.items()}


def _is_secret(name: str) -> bool:
    return name in _SECRET_NAMES or name.endswith(_SECRET_ENDINGS)


def _clean(value: Any) -> Any:  # noqa: ANN401  (whatever is logged)
    match value:
        case str():
            return mask(_OPENID.sub(_HIDDEN, _IN_ADDRESS.sub(rf"\1\2{_HIDDEN}", value)))
        case dict():
            return _discreet(None, "", value)
        case list() | tuple():
            return [_clean(each) for each in value]
    return value


def named(error: BaseException) -> str:
    """「OperationalError SQLITE_FULL」, 「OperationalError 57P01」, 「KeyError」."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return " ".join(word for word in (type(error).__name__, code) if word)
