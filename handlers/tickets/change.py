"""What anything that happens to a ticket needs, whether somebody wrote a message or a timer rang."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from handlers.town.town import Town
from models.person import Person
from models.push import Timer
from models.ticket import Ticket


class Change(Protocol):
    """A moment in one transaction; a message's Context is one, and so is a timer's Ringing."""

    @property
    def session(self) -> Session: ...

    @property
    def town(self) -> Town: ...

    @property
    def now(self) -> datetime: ...


class PersonalChange(Change, Protocol):
    """The same where it is about one person: the sender, or one who fell silent."""

    @property
    def person(self) -> Person: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that falls due and is about no ticket and nobody in particular."""

    session: Session
    town: Town
    now: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody who was asked and says nothing."""

    session: Session
    town: Town
    now: datetime
    person: Person


@dataclass(frozen=True, slots=True)
class Ringing:
    """A timer that has fallen due, and all that its handler may use."""

    session: Session
    town: Town
    now: datetime
    timer: Timer
    ticket: Ticket
