"""Messages from and replies to the outside world, as handlers see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a person sent. An event is an action (following, tapping a menu), not words."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    EVENT = "event"
    UNKNOWN = "unknown"


VIA = "via"
"""Key in a message's `extra`: the platform that it came from, if not the official account"""


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


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply. `state` names the question that it leaves open, `slots` the data needed until the answer.

    Without a state no question is open, unless `keep`: then an open question stays open. `answered`: the open question
    was answered, or dropped on purpose; otherwise the reply is about something else.
    """

    text: str
    state: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    keep: bool = False
    answered: bool = False
    missed: bool = False
    """The message was not understood"""
    pictured: bool = False
    """A picture of the answer follows, if it can be sent"""
    private: bool = False
    """It names people of a private list: the text of neither message nor reply is stored"""
    put: int = 1
    """How often the question has been asked, this reply included"""
    reminds: bool = False
    """The question is only repeated below a requested answer: that isn't counted in `put`"""

    @property
    def question(self) -> str:
        """The question that the reply asks: its last paragraph."""
        return self.text.rpartition("\n\n")[2]
