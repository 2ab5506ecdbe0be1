"""From a signed request to the authentic XML: limit of size, rule of the mode, decryption."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.webhook.envelope import Envelope, EnvelopeError
from bot.webhook.settings import Mode
from bot.webhook.signature import Query, RefusedError
from bot.webhook.xml import Element, MalformedError, parse_xml


@dataclass(frozen=True, slots=True)
class Inbound:
    """An authentic message, and the key to encrypt the reply with ("" for a plain message)."""

    root: Element
    key: str = ""


def read_body(request: Request, max_bytes: int) -> bytes:
    """A Content-Length is checked before the body is read; a chunked body is read up to the limit."""
    announced = request.content_length
    if announced is not None and announced > max_bytes:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    try:
        body = _chunked(request, max_bytes + 1) if announced is None else request.environ["wsgi.input"].read(announced)
    except RequestEntityTooLarge as error:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large") from error
    except (HTTPException, OSError, ParseException) as error:  # cut off, or gunicorn's error for broken chunks
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body") from error
    if len(body) > max_bytes:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    if announced not in {None, len(body)}:  # gunicorn gives an incomplete body if the connection broke
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body")
    return body


def _chunked(request: Request, most: int) -> bytes:
    request.max_content_length = most  # werkzeug silently cuts a chunked body at its limit
    return request.get_data(cache=False)


def open_inbound(root: Element, query: Query, mode: Mode, envelope: Envelope) -> Inbound:
    """Safe and compatible mode accept only encrypted messages.

    The signature covers only the URL, so anybody who has seen one URL (in a proxy's log) could forge plain messages.
    """
    if root.name != "xml":
        raise MalformedError("root")
    if mode is Mode.PLAIN:
        return Inbound(root)
    encrypted = root.text("Encrypt").strip()
    if not encrypted:
        raise RefusedError(HTTPStatus.FORBIDDEN, "not_encrypted")
    try:
        opened = envelope.open(encrypted, query.msg_signature, query.timestamp, query.nonce)
    except EnvelopeError as error:
        raise RefusedError(HTTPStatus.FORBIDDEN, "envelope") from error
    return Inbound(parse_xml(opened.content), opened.key)


def is_path_probe(root: Element) -> bool:
    """Whether it is the probe by which WeChat's cloud hosting checks the path. It has no sender and changes nothing."""
    try:
        return len(root.children) == 1 and root.text("action") == "CheckContainerPath"
    except MalformedError:
        return False
