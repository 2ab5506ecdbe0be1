"""What passes between the outside world and the handlers: a message in, a reply out, and the router between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a person sent. Events are things done (followed, tapped a menu), not said."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    EVENT = "event"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Message:
    """One message or event, as it reached us, free of the platform's XML.

    `key` is the same for every delivery of the same message and for no other: messages have
    To + From + CreateTime + MsgId, events To + From + CreateTime + Event + EventKey (+ the callback's own id).
    `latitude`/`longitude` are degrees as WeChat gives them (GCJ-02). `extra` holds an event's other fields.
    """

    key: str
    openid: str
    kind: Kind
    sent_at: datetime
    text: str = ""
    media_id: str = ""
    media_url: str = ""
    latitude: float | None = None
    longitude: float | None = None
    label: str = ""
    event: str = ""
    event_key: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
