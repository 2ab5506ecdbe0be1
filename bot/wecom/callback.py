"""The URL that WeCom calls: verify, decrypt, answer like the official account, encrypt.

A click on a card's button is handled as its command; a short answer replaces the buttons, and the reply follows as a
message.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import structlog
from flask import Blueprint, Response, request

from bot.webhook.envelope import Envelope, EnvelopeError, Opened
from bot.webhook.opening import read_body
from bot.webhook.reply import reply_xml
from bot.webhook.signature import Query, RefusedError, check_fresh, read_query
from bot.webhook.xml import Element, MalformedError, parse_xml
from bot.wecom.settings import CallbackSettings
from handlers.dialogue.message import VIA, Kind, Message

log = structlog.get_logger(__name__)
_SECONDS = 12
WECOM = "wecom"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the callback needs of the program."""

    openid_of: Callable[[str], str | None]
    """Member's id → openid; None if no member of staff has it"""
    answer: Callable[[Message], str]
    """The reply's text; errors inside give a text too"""
    say_later: Callable[[Message, str], None]
    """Sends a text later as a WeCom message, in answer to the given one"""
    said_on_card: Callable[[str], str]
    stranger: str
    words_only: str


def callback(settings: CallbackSettings, desk: Desk, now: Callable[[], float] = time.time) -> Blueprint:
    blueprint = Blueprint("wecom", __name__)
    envelope = Envelope(settings.token, settings.corp_id, (settings.aes_key,))

    @blueprint.get("/wecom")
    def check_address() -> Response:
        query = _fresh(settings, now())
        return Response(_opened(envelope, query.echostr, query).content, mimetype="text/plain")

    @blueprint.post("/wecom")
    def receive() -> Response:
        query = _fresh(settings, now())
        sealed = parse_xml(read_body(request, settings.max_bytes))
        opened = _opened(envelope, sealed.text("Encrypt").strip(), query)
        xml = _answer(parse_xml(opened.content), settings, desk)
        if not xml:
            return Response("", mimetype="text/plain")
        return Response(envelope.seal(xml, opened.key, int(time.time()), query.nonce), mimetype="application/xml")

    blueprint.register_error_handler(RefusedError, _refused)
    blueprint.register_error_handler(
        MalformedError, lambda error: _refused(RefusedError(HTTPStatus.BAD_REQUEST, str(error)))
    )
    return blueprint


def _fresh(settings: CallbackSettings, now: float) -> Query:
    """Check age and format only; `msg_signature`, checked later, proves the sender."""
    query = read_query(request.query_string)
    check_fresh(query, now, settings.window_seconds)
    return query


def _opened(envelope: Envelope, sealed: str, query: Query) -> Opened:
    try:
        return envelope.open(sealed, query.msg_signature, query.timestamp, query.nonce)
    except EnvelopeError as error:
        raise RefusedError(HTTPStatus.FORBIDDEN, "envelope") from error


def _answer(root: Element, settings: CallbackSettings, desk: Desk) -> str:
    user, kind, event = (root.text(name).strip() for name in ("FromUserName", "MsgType", "Event"))
    if kind == "event" and event != "template_card_event":
        return ""
    openid = desk.openid_of(user)
    if openid is None:
        return reply_xml(desk.stranger, to=user, sender=settings.corp_id)
    if kind == "text":
        words = desk.answer(_message(root, user, openid, root.text("Content"), root.text("MsgId")))
        return reply_xml(words, to=user, sender=settings.corp_id)
    if kind == "event":
        return _pressed(root, user, openid, settings, desk)
    return reply_xml(desk.words_only, to=user, sender=settings.corp_id)


def _pressed(root: Element, user: str, openid: str, settings: CallbackSettings, desk: Desk) -> str:
    """Handle a click. A second click gets the ticket's current state."""
    words, click = root.text("EventKey").strip(), root.text("ResponseCode").strip()
    message = _message(root, user, openid, words, click or f"{root.text('TaskId').strip()}|{words}")
    if answer := desk.answer(message):
        desk.say_later(message, answer)
    return _button_xml(desk.said_on_card(words), to=user, sender=settings.corp_id)


def _message(root: Element, user: str, openid: str, text: str, number: str) -> Message:
    created = root.text("CreateTime").strip()
    if not created.isdigit() or len(created) > _SECONDS:
        raise MalformedError("CreateTime")
    key = f"{WECOM}|{user}|{created}|{number}"
    sent_at = datetime.fromtimestamp(int(created), UTC)
    return Message(key, openid, Kind.TEXT, sent_at, text, extra={VIA: WECOM})


def _button_xml(said: str, *, to: str, sender: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[update_button]]></MsgType>"
        f"<Button><ReplaceName><![CDATA[{said}]]></ReplaceName></Button></xml>"
    )


def _refused(error: RefusedError) -> Response:
    log.warning("wecom_request_refused", status=error.status.value, reason=error.reason, **error.detail)
    return Response(error.status.phrase, error.status, mimetype="text/plain")
