"""All that a handler may use to answer one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.command import Command
from handlers.dialogue.message import Message
from handlers.dialogue.states import ACCEPTS, Asks
from handlers.town.town import Town
from handlers.world.representatives import voice_of
from models.conversation import REPLY
from models.person import Person
from nlp.answers.choices import Choice
from nlp.reading.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Context:
    """A handler uses no other clock, configuration or connection than these."""

    message: Message
    session: Session
    now: datetime
    person: Person
    town: Town
    understanding: Understanding | None = None
    state: str = ""
    """The question that the text answers; else the one that our last reply left open"""
    slots: Mapping[str, Any] = field(default_factory=dict)
    asked: Sequence["OpenQuestion"] = ()
    """Every open question to this person, the one shown last first"""
    question: "OpenQuestion | None" = None
    """The question that the text answers"""
    choice: Choice | None = None
    """The option of that question that the text names"""
    spoke_at: datetime | None = None
    """When the person wrote last before this message"""
    holds_media: bool = True
    """They may have sent photos that belong to no ticket"""
    lacks_place: bool = True
    """A report of theirs may be waiting for its place"""
    filed_lately: int = 0
    """Number of reports they filed in the last 24 hours, before this message"""
    notice_on: bool = True
    """An announcement may be in force now"""
    commands: Sequence[Command] = ()
    """All commands, in the order of 帮助"""
    rest: str = ""
    """The text after the command's word"""
    text: str = field(init=False)
    """The text that was written, or recognised from speech"""
    answers: bool = field(init=False)
    """The handler is tried because the text answers `question`"""
    nothing_asked: bool = field(init=False)
    """Our last reply left no question open, or only an offer"""
    is_free: bool = field(init=False)
    """Our last reply left no question open that other words could interrupt"""

    def __post_init__(self) -> None:
        """Compute once what a dozen filters ask of each message."""
        free = not self.state or ACCEPTS[self.state].offers
        object.__setattr__(self, "text", self.message.text.strip())
        object.__setattr__(self, "answers", self.question is not None)
        object.__setattr__(self, "nothing_asked", free)
        object.__setattr__(self, "is_free", self.question is None and (free or self.state == Asks.JOINED))

    @property
    def available(self) -> Sequence[Command]:
        """The commands that exist in this town and for this person, whatever their role."""
        there = [each for each in self.commands if self.town.practices.has(each.practice)]
        speaks = voice_of(self.town.world, self.person) is not None
        spoken = {each.name for each in there if each.speaks and speaks}
        return [each for each in there if each.speaks == (each.name in spoken)]

    @property
    def question_shown(self) -> datetime:
        """When the question that the text answers was shown; now if unknown."""
        return (self.question and self.question.shown_at) or self.now

    @property
    def number(self) -> int | None:
        """The index of the option that the text names."""
        return self.choice.index if self.choice else None

    @property
    def staff_ask(self) -> bool:
        """Staff have asked this person a question that is still open."""
        return any(each.state == Asks.ANSWER for each in self.asked)

    def is_asked(self, *states: str) -> bool:
        """One of these questions to the person is open."""
        return any(each.state in states for each in self.asked)

    def say(self, key: str, /, **values: object) -> str:
        """A sentence of the wordings."""
        return self.town.say(key, **values)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question to a person, with the data needed until they answer. `shown_at` None: not sent yet."""

    state: str
    slots: Mapping[str, Any]
    key: str = REPLY
    text: str = ""
    shown_at: datetime | None = None
    ticket_id: int | None = None
    lies_beneath: bool = False
    """It waits under a newer question of ours"""
    put: int = 1
    """How often it was asked; known only for the question that our last reply left open"""

    @property
    def is_of_reply(self) -> bool:
        """The one that our last reply left open."""
        return self.key == REPLY and not self.lies_beneath

    @property
    def is_pushed(self) -> bool:
        """Carried by a push, not by our last reply."""
        return self.key != REPLY
