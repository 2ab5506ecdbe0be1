"""A message in, a reply out: what passes between the outside world and the handlers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


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


VIA = "via"
"""In a message's `extra`: by which other platform than the official account it came"""


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
    """What we answer. `state` names the question that it leaves open, `slots` what must be remembered until the answer.

    Without a state the dialogue is over, unless `keep`: then a question that was open stays open. `answered`: it was
    answered by this, taken along or dropped on purpose; else something else came between.
    """

    text: str
    state: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    keep: bool = False
    answered: bool = False
    missed: bool = False
    """Nothing of what was said was understood"""
    pictured: bool = False
    """A picture of what is answered follows, if it can be sent"""
    private: bool = False
    """It names people of a private list: neither what was written nor this is kept in words"""
    put: int = 1
    """How often the question has been put with this"""
    reminds: bool = False
    """The question only stands again below what was asked for: that isn't counted"""

    @property
    def question(self) -> str:
        """The question that it puts: its last paragraph."""
        return self.text.rpartition("\n\n")[2]
