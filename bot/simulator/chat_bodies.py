"""What can stand in a chat: one small class a kind of bubble or card."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`menu_id` is set when the words come from a tap on a choice of a `Choices` message."""

    text: str
    menu_id: str = ""
    by_machine: bool = False
    """The platform shows below it that a machine made it"""


@dataclass(frozen=True, slots=True)
class Picture:
    media_id: str


@dataclass(frozen=True, slots=True)
class Voice:
    """`recognition` is empty on today's platform; older accounts still had the words recognised."""

    media_id: str
    seconds: int = 5
    recognition: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """A video."""

    media_id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map, in degrees of GCJ-02 as the platform gives them."""

    lat: float
    lng: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    description: str = ""
    url: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Articles:
    items: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A web page that a person forwards into the chat."""

    title: str
    description: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Card:
    """A template message or a subscription notice."""

    title: str
    rows: tuple[Row, ...]
    url: str = ""
    subscription: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    content: str


@dataclass(frozen=True, slots=True)
class Choices:
    """A `msgmenu`: words with choices that answer for the person when tapped."""

    head: str
    items: tuple[Choice, ...]
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """The platform's own grey line in the middle of a chat."""

    text: str


Body = Words | Picture | Voice | Clip | Spot | Articles | Link | Card | Choices | Notice
Message = Words | Picture | Voice | Clip | Spot | Link  # what a person can send
