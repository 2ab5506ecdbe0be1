"""The URL that WeChat calls: verify → limit → decrypt → parse → answer → XML.

Each step refuses with an exception, which one place turns into a status and a log line. A well-formed message always
gets HTTP 200, because with any other status WeChat repeats it at once and then tells the resident that the account is
out of order.
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

import structlog
from flask import Blueprint, Response, request
from structlog.contextvars import bind_contextvars, reset_contextvars

from bot.logs import answered, named, places
from bot.webhook.envelope import Envelope
from bot.webhook.message import account, to_message
from bot.webhook.opening import Inbound, is_path_probe, open_inbound, read_body
from bot.webhook.reply import reply_xml
from bot.webhook.settings import WebhookSettings
from bot.webhook.signature import Query, RefusedError, read_query, verify
from bot.webhook.xml import MalformedError, parse_xml
from bot.wechat.text_limits import CUT
from handlers.dialogue.message import Message

log = structlog.get_logger(__name__)

Answer = Callable[[Message], str]
Failed = Callable[[Message, str], str]
"""Stores a message whose answer failed, with the error's name, and returns the text for its sender"""
InDanger = Callable[[Message, str], str]
"""Puts what to do first before an apology whose message tells of a danger; needs no database"""


def webhook(
    settings: WebhookSettings,
    answer: Answer,
    *,
    apology: str,
    ending: str = CUT,
    failed: Failed | None = None,
    in_danger: InDanger | None = None,
) -> Blueprint:
    """`answer` returns the reply's text, or "" for no reply. If it fails, `failed` stores the message and returns a
    text; if that fails too, the text is `apology`, behind the advice of `in_danger`.

    `ending` is the end of a reply that was cut to WeChat's length.
    """
    blueprint = Blueprint("wechat", __name__)
    envelope = Envelope(settings.token, settings.app_id, settings.keys)

    @blueprint.get("/wechat")
    def check_address() -> Response:
        return _echo(_verified_query(settings))

    @blueprint.post("/wechat")
    def receive() -> Response:
        query = _verified_query(settings)
        root = parse_xml(read_body(request, settings.max_bytes))
        if is_path_probe(root):
            return _success()
        inbound = open_inbound(root, query, settings.mode, envelope)
        xml = _reply(
            inbound,
            settings.gh_id,
            ending,
            lambda message: answered_safely(message, answer, apology, failed, in_danger),
        )
        if xml and inbound.key:
            xml = envelope.seal(xml, inbound.key, int(time.time()), query.nonce)
        return Response(xml, mimetype="application/xml") if xml else _success()

    blueprint.register_error_handler(RefusedError, _refused)
    blueprint.register_error_handler(MalformedError, _malformed)
    return blueprint


def log_id(key: str) -> str:
    """A message's id for the log; its key can't be logged, because it contains the sender's openid."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def _verified_query(settings: WebhookSettings) -> Query:
    query = read_query(request.query_string)
    verify(query, settings.token, settings.now(), settings.window_seconds)
    return query


def _echo(query: Query) -> Response:
    if not query.echostr:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "echostr")
    return Response(query.echostr.encode("latin-1"), mimetype="text/plain")


def _reply(inbound: Inbound, gh_id: str, ending: str, answered: Answer) -> str:
    message, sender = to_message(inbound.root), gh_id or account(inbound.root)
    text = answered(message)
    if message.event == "unsubscribe":  # nobody can read it any more
        return ""
    return reply_xml(text, to=message.openid, sender=sender, ending=ending)


class _UnsaidError(Exception):
    """There is no text because of an error, which is logged already."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def answered_safely(
    message: Message, answer: Answer, apology: str, failed: Failed | None, in_danger: InDanger | None = None
) -> str:
    """Whatever fails, the resident gets a text, and WeChat status 200.

    If the database failed, the message can't be stored either: then the text asks the resident to write again.
    """
    message_id, began = log_id(message.key), time.monotonic()
    bound = bind_contextvars(message_id=message_id)
    try:
        try:
            reply = _words("answer_failed", message_id, lambda: answer(message))
        except _UnsaidError as silence:
            failure = silence.error
        else:
            answered(message_id, message.kind, round((time.monotonic() - began) * 1000, 1))
            return reply
        with suppress(_UnsaidError):
            return _words("failure_not_kept", message_id, lambda: failed(message, failure) if failed else apology)
        with suppress(_UnsaidError):
            return _words("danger_not_read", message_id, lambda: in_danger(message, apology) if in_danger else apology)
        return apology
    finally:
        reset_contextvars(**bound)


def _words(event: str, message_id: str, speak: Callable[[], str]) -> str:
    """The web side's outermost error handler."""
    try:
        return speak()
    except Exception as error:  # noqa: BLE001 -- the one place: see above
        name = named(error)
        log.error(event, message_id=message_id, error=name, at=places(error))  # noqa: TRY400 -- a traceback quotes
        raise _UnsaidError(name) from None


def _success() -> Response:
    """WeChat's form of "received, no reply", which is never encrypted."""
    return Response("success", mimetype="text/plain")


def _refused(error: RefusedError) -> Response:
    log.warning("wechat_request_refused", status=error.status.value, reason=error.reason, **error.detail)
    return Response(error.status.phrase, error.status, mimetype="text/plain")


def _malformed(error: MalformedError) -> Response:
    return _refused(RefusedError(HTTPStatus.BAD_REQUEST, str(error)))
