"""The XML that the platform delivers to an account, and the request around it."""

import re
import secrets
from dataclasses import dataclass
from functools import singledispatch

from bot.simulator.account import Account, Mode
from bot.simulator.chat_bodies import Clip, Link, Message, Picture, Spot, Voice, Words
from bot.simulator.crypto import Envelope, sign
from bot.simulator.events import Event, Fields, SubscriptionAnswer, SubscriptionChanged, SubscriptionSent

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Stamp:
    """Sender, time and id of a delivery; a redelivery repeats them."""

    openid: str
    at: int
    msg_id: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it goes out, every try the same."""

    url: str
    query: dict[str, str]
    body: bytes


def element(tag: str, value: str | int) -> str:
    if isinstance(value, int):
        return f"<{tag}>{value}</{tag}>"
    safe = _NOT_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{tag}><![CDATA[{safe}]]></{tag}>"


@singledispatch
def _fields(message: Message) -> Fields:
    raise TypeError(f"nobody can send {message!r}")


@_fields.register
def _(message: Words) -> Fields:
    tapped: Fields = [("bizmsgmenuid", message.menu_id)] if message.menu_id else []
    return [("MsgType", "text"), ("Content", message.text), *tapped]


@_fields.register
def _(message: Picture) -> Fields:
    return [("MsgType", "image"), ("MediaId", message.media_id)]


@_fields.register
def _(message: Voice) -> Fields:
    return [
        ("MsgType", "voice"),
        ("MediaId", message.media_id),
        ("Format", "amr"),
        ("MediaId16K", f"{message.media_id}-16k"),
        ("Recognition", message.recognition),
    ]


@_fields.register
def _(message: Clip) -> Fields:
    return [("MsgType", "video"), ("MediaId", message.media_id), ("ThumbMediaId", f"{message.media_id}-thumb")]


@_fields.register
def _(message: Spot) -> Fields:
    return [
        ("MsgType", "location"),
        ("Location_X", f"{message.lat:.6f}"),
        ("Location_Y", f"{message.lng:.6f}"),
        ("Scale", 16),
        ("Label", message.label),
    ]


@_fields.register
def _(message: Link) -> Fields:
    return [
        ("MsgType", "link"),
        ("Title", message.title),
        ("Description", message.description),
        ("Url", message.url),
    ]


def xml_of_message(message: Message, account: Account, stamp: Stamp, picture_url: str) -> str:
    shown: Fields = [("PicUrl", picture_url)] if isinstance(message, Picture) else []
    fields = [*_fields(message), *shown, ("MsgId", stamp.msg_id)]
    return _xml(account, stamp, "".join(element(tag, value) for tag, value in fields))


def xml_of_event(event: Event, account: Account, stamp: Stamp) -> str:
    """Events have no MsgId: the platform tells them apart by sender and second alone."""
    named: Fields = [("MsgType", "event"), ("Event", event.name), *event.fields()]
    inner = "".join(element(tag, value) for tag, value in named)
    return _xml(account, stamp, inner + _of_notices(event))


def _of_notices(event: Event) -> str:
    """The list element of events about subscription notices."""
    match event:
        case SubscriptionAnswer(template, accepted):
            answer = "accept" if accepted else "reject"
            fields: Fields = [("TemplateId", template), ("SubscribeStatusString", answer), ("PopupScene", "2")]
            return _listed("SubscribeMsgPopupEvent", fields)
        case SubscriptionChanged(template):
            fields = [("TemplateId", template), ("SubscribeStatusString", "reject")]
            return _listed("SubscribeMsgChangeEvent", fields)
        case SubscriptionSent(template, msgid, code):
            status = "failed" if code else "success"
            fields = [("TemplateId", template), ("MsgID", msgid), ("ErrorCode", code), ("ErrorStatus", status)]
            return _listed("SubscribeMsgSentEvent", fields)
    return ""


def _listed(name: str, fields: Fields) -> str:
    inner = "".join(element(tag, value) for tag, value in fields)
    return f"<{name}><List>{inner}</List></{name}>"


def _xml(account: Account, stamp: Stamp, inner: str) -> str:
    head: Fields = [("ToUserName", account.gh_id), ("FromUserName", stamp.openid), ("CreateTime", stamp.at)]
    return "<xml>" + "".join(element(tag, value) for tag, value in head) + inner + "</xml>"


def delivery(account: Account, xml: str, stamp: Stamp) -> Delivery:
    """A signed request, encrypted in two of three modes. Plain mode signs only the query, as the platform does."""
    timestamp, nonce = str(stamp.at), str(secrets.randbelow(2_000_000_000))
    query = {
        "signature": sign(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": stamp.openid,
    }
    if account.mode is Mode.PLAIN:
        return Delivery(account.webhook_url, query, xml.encode())
    sealed = Envelope.of(account.aes_key, account.app_id).seal(xml)
    query |= {"encrypt_type": "aes", "msg_signature": sign(account.token, timestamp, nonce, sealed)}
    return Delivery(account.webhook_url, query, _sealed_body(account, xml, sealed))


def _sealed_body(account: Account, xml: str, sealed: str) -> bytes:
    if account.mode is Mode.COMPAT:
        return xml.replace("</xml>", element("Encrypt", sealed) + "</xml>").encode()
    return f"<xml>{element('ToUserName', account.gh_id)}{element('Encrypt', sealed)}</xml>".encode()
