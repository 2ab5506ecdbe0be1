"""WeChat's message, as a tree of XML, made into ours."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bot.inbound_xml import Element, MalformedError
from handlers.dialogue import Kind, Message

_ACCOUNT = re.compile(r"[0-9A-Za-z_-]{1,64}")  # gh_… and openids
_SECONDS = re.compile(r"[0-9]{1,11}")
_LAST_SECOND = 32_503_680_000  # the year 3000: beyond it nothing is a time of a message
_ID = re.compile(r"[0-9]{1,20}")  # 64 bits
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,18})?")
_LONGEST_KEY_PART = 128

# What has its own place in a Message, and so none in `extra`.
_PLACED = {
    *("ToUserName", "FromUserName", "CreateTime", "MsgType", "Encrypt", "Content", "Recognition", "PicUrl", "MediaId"),
    *("Label", "Location_X", "Location_Y", "Event", "EventKey", "Latitude", "Longitude"),
}
_SCENE_PREFIX = "qrscene_"


def to_message(root: Element) -> Message:
    """Raises MalformedError where a field that we rely on is missing, doubled, nested or not of its shape.

    Types and events that we don't know are messages too (`Kind.UNKNOWN`, `event` as named): the platform adds some
    every year, and all want an answer.
    """
    if root.name != "xml":
        raise MalformedError("root")
    kind = root.text("MsgType").strip().lower()
    if not kind:
        raise MalformedError("type")
    basis = Message(
        key="",
        openid=_matching(_ACCOUNT, root, "FromUserName"),
        kind=_KINDS.get(kind, Kind.UNKNOWN),
        sent_at=_time(root),
        extra=_extra(root),
    )
    message = _READERS.get(kind, _bare)(root, basis)
    return replace(message, key=_key(root, message))


def account(root: Element) -> str:
    """The official account's gh_… name that the message was sent to."""
    return _matching(_ACCOUNT, root, "ToUserName")


def _bare(_root: Element, basis: Message) -> Message:
    return basis


def _text(root: Element, basis: Message) -> Message:
    return replace(basis, text=root.text("Content"))


def _media(root: Element, basis: Message) -> Message:
    return replace(basis, media_id=root.text("MediaId"), media_url=root.text("PicUrl"))


def _voice(root: Element, basis: Message) -> Message:
    """Recognition: today's platform leaves it out or empty, and some accounts still get it."""
    return replace(_media(root, basis), text=root.text("Recognition"))


def _location(root: Element, basis: Message) -> Message:
    return replace(
        basis,
        latitude=_degrees(root, "Location_X", 90),
        longitude=_degrees(root, "Location_Y", 180),
        label=root.text("Label"),
    )


def _link(root: Element, basis: Message) -> Message:
    lines = (root.text("Title").strip(), root.text("Url").strip())
    return replace(basis, text="\n".join(line for line in lines if line))


def _event(root: Element, basis: Message) -> Message:
    event = root.text("Event").strip().lower()  # the case of an event's name varies from page to page
    if not event:
        raise MalformedError("event")
    message = replace(basis, event=event, event_key=_event_key(root))
    return _EVENT_READERS.get(event, _bare)(root, message)


def _subscribe(_root: Element, message: Message) -> Message:
    return replace(message, event_key=message.event_key.removeprefix(_SCENE_PREFIX))


def _passing_location(root: Element, message: Message) -> Message:
    return replace(message, latitude=_degrees(root, "Latitude", 90), longitude=_degrees(root, "Longitude", 180))


def _popup(root: Element, message: Message) -> Message:
    """Which subscription notices the person accepted and refused, in one event with several lists."""
    answers: dict[str, list[str]] = {"accepted": [], "rejected": []}
    popup = root.child("SubscribeMsgPopupEvent")
    for entry in popup.all("List") if popup else ():
        accepted = entry.text("SubscribeStatusString").strip().lower() == "accept"
        answers["accepted" if accepted else "rejected"].append(entry.text("TemplateId").strip())
    return replace(message, extra={**message.extra, **{name: ",".join(ids) for name, ids in answers.items()}})


_Reader = Callable[[Element, Message], Message]

_KINDS: Mapping[str, Kind] = {
    **{kind.value: kind for kind in Kind if kind is not Kind.UNKNOWN},
    "shortvideo": Kind.VIDEO,
}
_READERS: Mapping[str, _Reader] = {
    "text": _text,
    "image": _media,
    "voice": _voice,
    "video": _media,
    "shortvideo": _media,
    "location": _location,
    "link": _link,
    "event": _event,
}
_EVENT_READERS: Mapping[str, _Reader] = {
    "subscribe": _subscribe,
    "location": _passing_location,
    "subscribe_msg_popup_event": _popup,
}


def _key(root: Element, message: Message) -> str:
    """Ids of messages are unique for one person at most, and events have none: the key needs all of these."""
    parts = [account(root), message.openid, root.text("CreateTime").strip()]
    if message.kind is Kind.EVENT:
        callback = [message.extra.get(name, "") for name in ("msgid", "templateid", "accepted", "rejected")]
        parts += [message.event, message.event_key, *filter(None, callback)]
    else:
        parts.append(_message_id(root, message))
    return "|".join(_bounded(part) for part in parts)


def _message_id(root: Element, message: Message) -> str:
    found = (root.text("MsgId") or root.text("MsgID")).strip()  # older pages write MsgID for voice
    if not _ID.fullmatch(found) and (found or message.kind is not Kind.UNKNOWN):
        raise MalformedError("message_id")
    return found


def _bounded(part: str) -> str:
    """A menu's address may hold our separator, and more bytes than a database's index takes."""
    if "|" in part or len(part) > _LONGEST_KEY_PART:
        return hashlib.sha256(part.encode()).hexdigest()
    return part


def _event_key(root: Element) -> str:
    """Menus of photos and places leave EventKey beside a structure; it itself is always plain."""
    return root.text("EventKey").strip()


def _extra(root: Element) -> dict[str, str]:
    return {name.lower(): text.strip() for name, text in root.plain_fields() if name not in _PLACED}


def _matching(shape: re.Pattern[str], root: Element, name: str) -> str:
    value = root.text(name).strip()
    if not shape.fullmatch(value):
        raise MalformedError(name)
    return value


def _time(root: Element) -> datetime:
    seconds = int(_matching(_SECONDS, root, "CreateTime"))
    if seconds >= _LAST_SECOND:
        raise MalformedError("CreateTime")
    return datetime.fromtimestamp(seconds, UTC)


def _degrees(root: Element, name: str, most: int) -> float:
    degrees = float(_matching(_DEGREES, root, name))
    if abs(degrees) > most:
        raise MalformedError(name)
    return degrees
