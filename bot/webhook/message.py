"""Converts WeChat's XML message into a Message."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.webhook.xml import Element, MalformedError
from handlers.dialogue.message import Kind, Message

_ACCOUNT = re.compile(r"[0-9A-Za-z_-]{1,64}")  # gh_… and openids
_SECONDS = re.compile(r"[0-9]{1,11}")
_LAST_SECOND = 32_503_680_000  # the year 3000: later times are malformed
_ID = re.compile(r"[0-9]{1,20}")  # 64 bits
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,18})?")
_LONGEST_KEY_PART = 128

# Fields of a Message, which `extra` omits.
_PLACED = {
    *("ToUserName", "FromUserName", "CreateTime", "MsgType", "Encrypt", "Content", "Recognition", "PicUrl", "MediaId"),
    *("Label", "Location_X", "Location_Y", "Event", "EventKey", "Latitude", "Longitude"),
}
_SCENE_PREFIX = "qrscene_"


def to_message(root: Element) -> Message:
    """Raises MalformedError if a field that we need is missing, doubled, nested or in a wrong format.

    Unknown types and events are messages too (`Kind.UNKNOWN`, `event` as given): the platform adds some every year, and
    each needs an answer.
    """
    if root.name != "xml":
        raise MalformedError("root")
    kind = root.text("MsgType").strip().lower()
    if not kind:
        raise MalformedError("type")
    fields: _Fields = {
        "openid": _matching(_ACCOUNT, root, "FromUserName"),
        "kind": _KINDS.get(kind, Kind.UNKNOWN),
        "sent_at": _time(root),
        "extra": _extra(root),
    }
    _READERS.get(kind, _bare)(root, fields)
    return Message(key=_key(root, fields), **fields)


def account(root: Element) -> str:
    """The official account's gh_… name that the message was sent to."""
    return _matching(_ACCOUNT, root, "ToUserName")


_Fields = dict[str, Any]
"""The fields of a Message that were read so far, by name"""


def _bare(_root: Element, _fields: _Fields) -> None:
    return


def _text(root: Element, fields: _Fields) -> None:
    fields["text"] = root.text("Content")


def _media(root: Element, fields: _Fields) -> None:
    fields["media_id"] = root.text("MediaId")
    fields["media_url"] = root.text("PicUrl")


def _voice(root: Element, fields: _Fields) -> None:
    """Recognition is missing or empty today, but some accounts still get it."""
    _media(root, fields)
    fields["text"] = root.text("Recognition")


def _location(root: Element, fields: _Fields) -> None:
    fields.update(_spot(root, "Location_X", "Location_Y"))
    fields["label"] = root.text("Label")


def _link(root: Element, fields: _Fields) -> None:
    lines = (root.text("Title").strip(), root.text("Url").strip())
    fields["text"] = "\n".join(line for line in lines if line)


def _event(root: Element, fields: _Fields) -> None:
    event = root.text("Event").strip().lower()  # the case of an event's name varies from page to page
    if not event:
        raise MalformedError("event")
    fields["event"], fields["event_key"] = event, _event_key(root)
    _EVENT_READERS.get(event, _bare)(root, fields)


def _subscribe(_root: Element, fields: _Fields) -> None:
    fields["event_key"] = fields["event_key"].removeprefix(_SCENE_PREFIX)


def _passing_location(root: Element, fields: _Fields) -> None:
    fields.update(_spot(root, "Latitude", "Longitude"))


def _answered_notices(root: Element, fields: _Fields) -> None:
    """The subscription notices that the person accepted and refused, in one event with several lists."""
    answers: dict[str, list[str]] = {"accepted": [], "rejected": []}
    answered = root.child("SubscribeMsgPopupEvent") or root.child("SubscribeMsgChangeEvent")
    for entry in answered.all("List") if answered else ():
        accepted = entry.text("SubscribeStatusString").strip().lower() == "accept"
        answers["accepted" if accepted else "rejected"].append(entry.text("TemplateId").strip())
    fields["extra"] |= {name: ",".join(ids) for name, ids in answers.items()}


def _notice_sent(root: Element, fields: _Fields) -> None:
    """The delivery receipt of a subscription notice, converted to the form of a template's."""
    sent = root.child("SubscribeMsgSentEvent")
    for entry in sent.all("List") if sent else ():
        code = entry.text("ErrorCode").strip()
        status = "success" if code == "0" else f"failed:{entry.text('ErrorStatus').strip() or code}"
        fields["extra"] |= {"msgid": entry.text("MsgID").strip(), "status": status}


_Reader = Callable[[Element, _Fields], None]
"""Adds the fields of one kind of message"""

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
    "subscribe_msg_popup_event": _answered_notices,
    "subscribe_msg_change_event": _answered_notices,
    "subscribe_msg_sent_event": _notice_sent,
}


def _key(root: Element, fields: _Fields) -> str:
    """The key that identifies redeliveries. Message ids are unique only per person, and events have none: it needs all.

    In a receipt, the id of the message it is about comes last: an early receipt is found by it.
    """
    parts = [account(root), fields["openid"], root.text("CreateTime").strip()]
    if fields["kind"] is Kind.EVENT:
        callback = [fields["extra"].get(name, "") for name in ("templateid", "accepted", "rejected", "msgid")]
        parts += [fields["event"], fields["event_key"], *filter(None, callback)]
    else:
        parts.append(_message_id(root, fields["kind"]))
    return "|".join([_bounded(part) for part in parts])


def _message_id(root: Element, kind: Kind) -> str:
    found = (root.text("MsgId") or root.text("MsgID")).strip()  # older pages write MsgID for voice
    if not _ID.fullmatch(found) and (found or kind is not Kind.UNKNOWN):
        raise MalformedError("message_id")
    return found


def _bounded(part: str) -> str:
    """Hash long parts, because a menu's URL may contain our separator, or more bytes than an index allows."""
    if "|" in part or len(part) > _LONGEST_KEY_PART:
        return hashlib.sha256(part.encode()).hexdigest()
    return part


def _event_key(root: Element) -> str:
    """Always plain text, also in menu events for photos and places, whose other fields are nested."""
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


def _spot(root: Element, latitude: str, longitude: str) -> _Fields:
    """Empty if either is missing or invalid: the person is then asked for the place, not refused."""
    north, east = _degrees(root.text(latitude), 90), _degrees(root.text(longitude), 180)
    return {} if north is None or east is None else {"latitude": north, "longitude": east}


def _degrees(written: str, most: int) -> float | None:
    degrees = float(written) if _DEGREES.fullmatch(written.strip()) else None
    return degrees if degrees is not None and abs(degrees) <= most else None
