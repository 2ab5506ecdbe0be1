"""All that a handler may use to answer one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.command import Command
from handlers.dialogue.message import Message
from handlers.town.town import Town
from models.person import Person
from nlp.reading.understanding import Understanding


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
    commands: Sequence[Command] = ()
    """All that can be said, in the order of 帮助"""
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


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What somebody was asked, and what must be remembered until they answer."""

    state: str
    slots: Mapping[str, Any]
