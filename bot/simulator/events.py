"""The events that are delivered to the account: acts of people, and results of its own calls."""

from dataclasses import dataclass
from typing import ClassVar

Fields = list[tuple[str, str | int]]


class Event:
    """An event, not a message. `name` is the platform's, in its own mixture of cases."""

    __slots__ = ()
    name: ClassVar[str]

    def fields(self) -> Fields:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Follow(Event):
    """`scene` is the one of the QR code that was scanned to follow, if any."""

    name = "subscribe"
    scene: str = ""

    def fields(self) -> Fields:
        if not self.scene:
            return [("EventKey", "")]
        return [("EventKey", f"qrscene_{self.scene}"), ("Ticket", f"TICKET_{self.scene}")]


@dataclass(frozen=True, slots=True)
class Unfollow(Event):
    name = "unsubscribe"

    def fields(self) -> Fields:
        return [("EventKey", "")]


@dataclass(frozen=True, slots=True)
class Scan(Event):
    name = "SCAN"
    scene: str

    def fields(self) -> Fields:
        return [("EventKey", self.scene), ("Ticket", f"TICKET_{self.scene}")]


@dataclass(frozen=True, slots=True)
class Click(Event):
    name = "CLICK"
    key: str

    def fields(self) -> Fields:
        return [("EventKey", self.key)]


@dataclass(frozen=True, slots=True)
class View(Event):
    name = "VIEW"
    url: str

    def fields(self) -> Fields:
        return [("EventKey", self.url), ("MenuId", "0")]


@dataclass(frozen=True, slots=True)
class Whereabouts(Event):
    """Sent on entering the chat by people who allow it."""

    name = "LOCATION"
    lat: float
    lng: float

    def fields(self) -> Fields:
        return [("Latitude", f"{self.lat:.6f}"), ("Longitude", f"{self.lng:.6f}"), ("Precision", "30.000000")]


@dataclass(frozen=True, slots=True)
class TemplateFinished(Event):
    name = "TEMPLATESENDJOBFINISH"
    msgid: int
    status: str = "success"

    def fields(self) -> Fields:
        return [("MsgID", self.msgid), ("Status", self.status)]


@dataclass(frozen=True, slots=True)
class SubscriptionAnswer(Event):
    """What a person answered when asked whether notices of a template may come."""

    name = "subscribe_msg_popup_event"
    template_id: str
    accepted: bool = True

    def fields(self) -> Fields:
        return []


@dataclass(frozen=True, slots=True)
class SubscriptionChanged(Event):
    """A person withdrew a permission in the account's settings."""

    name = "subscribe_msg_change_event"
    template_id: str

    def fields(self) -> Fields:
        return []


@dataclass(frozen=True, slots=True)
class SubscriptionSent(Event):
    """The delivery result of a subscription notice."""

    name = "subscribe_msg_sent_event"
    template_id: str
    msgid: int
    error_code: int = 0

    def fields(self) -> Fields:
        return []
