"""From a signed request to the message's authentic XML: the limit of size, the mode's rule, decryption."""

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
    """An authentic message, and the key that the reply must be sealed with ("" if it came in plain)."""

    root: Element
    key: str = ""


def read_body(request: Request, max_bytes: int) -> bytes:
    """A length announced is judged before a byte is read; a chunked body is read up to the limit."""
    announced = request.content_length
    if announced is not None and announced > max_bytes:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    try:
        body = _chunked(request, max_bytes + 1) if announced is None else request.environ["wsgi.input"].read(announced)
    except RequestEntityTooLarge as error:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large") from error
    except (HTTPException, OSError, ParseException) as error:  # cut, or gunicorn's word for broken chunks
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body") from error
    if len(body) > max_bytes:
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    if announced not in {None, len(body)}:  # gunicorn hands over what came before a connection broke
        raise RefusedError(HTTPStatus.BAD_REQUEST, "body")
    return body


def _chunked(request: Request, most: int) -> bytes:
    request.max_content_length = most  # werkzeug cuts a chunked body at its limit and says nothing
    return request.get_data(cache=False)


def open_inbound(root: Element, query: Query, mode: Mode, envelope: Envelope) -> Inbound:
    """Safe and compatible mode take nothing that isn't encrypted: a signature covers the address alone, so anybody who
    has seen one address (a proxy's log) could otherwise say anything in anybody's name.
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
    """WeChat's cloud hosting asks so whether the path is right. It names nobody and changes nothing."""
    try:
        return len(root.children) == 1 and root.text("action") == "CheckContainerPath"
    except MalformedError:
        return False
