"""What passes between the outside world and the handlers: a message in, a reply out, and the router between them."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from handlers.town.town import Town
from models.person import Person, Role
from nlp.reading.understanding import Intent, Understanding


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


@dataclass(frozen=True, slots=True)
class Context:
    """All that a handler may use. No clock, no configuration, no connection but these."""

    message: Message
    session: Session
    now: datetime
    person: Person
    town: Town
    understanding: Understanding | None = None
    state: str = ""
    slots: Mapping[str, Any] = field(default_factory=dict)
    staff_ask: bool = True
    """Staff may have asked this person something that is open"""
    holds_media: bool = True
    """They may have sent photos that belong to no ticket"""
    lacks_place: bool = True
    """A report of theirs may lie there because nobody knows where it is"""
    rest: str = ""
    """What followed the command's word"""
    answers: bool = False
    """The handler is tried because of the question that is open"""

    @property
    def text(self) -> str:
        """What was written, or said and recognised."""
        return self.message.text.strip()

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the wordings."""
        return self.town.say(key, **values)


Handler = Callable[[Context], Reply | None]
"""Answers, or returns None: not mine, ask the next one."""
Filter = Callable[[Context], Context | None]
"""The context (with what the filter parsed) if the handler may try, else None."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as 帮助 shows it: its first word, who may use it, one line."""

    words: tuple[str, ...]
    roles: frozenset[Role]
    help: str
    only_asks: bool = False
    """It changes nothing but the read log: it can be answered beside the line of those who write"""


class Router:
    """Handlers of one topic, tried in the order written; the first that answers wins."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.routes: list[tuple[Filter, Handler]] = []
        self.obeying: list[tuple[Filter, Handler]] = []
        self.commands: list[Command] = []

    def on(self, wanted: Filter) -> Callable[[Handler], Handler]:
        """Register a handler behind a filter; the function itself stays as it is, so that a test can call it."""

        def register(handler: Handler) -> Handler:
            self.routes.append((wanted, handler))
            return handler

        return register

    def command(
        self,
        *words: str,
        roles: Iterable[Role],
        help: str,  # noqa: A002
        only_asks: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register a command: its words, who may use it, its line in 帮助. To all others it is just text."""
        command = Command(words, frozenset(roles), help, only_asks)
        self.commands.append(command)

        def register(handler: Handler) -> Handler:
            self.obeying.append((_commanded(command), handler))
            return handler

        return register


def first_of(routes: Iterable[tuple[Filter, Handler]], context: Context) -> Reply | None:
    """The answer of the first handler that has one."""
    for wanted, handler in routes:
        allowed = wanted(context)
        if allowed and (reply := handler(allowed)):
            return replace(reply, answered=True) if allowed.answers else reply
    return None


def in_state(*states: str) -> Filter:
    """An open question waits for this text."""
    return lambda context: replace(context, answers=True) if context.state in states and context.text else None


def intent(*intents: Intent, at_least: float = 0.0) -> Filter:
    """The reader took it for one of these, and is so sure of it."""

    def wanted(context: Context) -> Context | None:
        seen = context.understanding
        return context if seen and seen.intent in intents and seen.intent_confidence >= at_least else None

    return wanted


def kind(*kinds: Kind) -> Filter:
    """It is of one of these kinds."""
    return lambda context: context if context.message.kind in kinds else None


def event(*names: str) -> Filter:
    """The platform tells of one of these events."""
    return lambda context: context if context.message.event in names else None


def menu(key: str) -> Filter:
    """The person tapped the menu's button with this key."""
    return lambda context: context if (context.message.event, context.message.event_key) == ("click", key) else None


def command_opening(commands: Iterable[Command]) -> re.Pattern[str]:
    """Matches where a text begins like one of these commands: most texts begin like none and need no second look."""
    return re.compile(_opening(word for command in commands for word in command.words))


def _opening(words: Iterable[str]) -> str:
    # A word is a command only where it stands alone or before a space or number: 「转 12」, not 「转眼三天了」.
    # Whoever dictates has a full stop behind it.
    either = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return rf"(?:{either})(?=$|[\s\d:：,，#。]|[.．!！~～]+$)"


def _commanded(command: Command) -> Filter:
    pattern = re.compile(rf"{_opening(command.words)}[\s:：,，#。.．!！~～]*(.*)", re.DOTALL)

    def wanted(context: Context) -> Context | None:
        if not context.person.roles & command.roles:
            return None
        found = pattern.fullmatch(context.text)
        return replace(context, rest=found[1].strip()) if found else None

    return wanted
