"""What code that changes a ticket needs, after a message or when a timer is due."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from handlers.town.town import Town
from models.person import Person
from models.push import Timer
from models.ticket import Ticket


class Change(Protocol):
    """Session, town and time of one transaction; implemented by a message's Context and a timer's Ringing."""

    @property
    def session(self) -> Session: ...

    @property
    def town(self) -> Town: ...

    @property
    def now(self) -> datetime: ...


class PersonalChange(Change, Protocol):
    """A change about one person: the sender, or a person who did not answer."""

    @property
    def person(self) -> Person: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A change about no ticket and no person, such as a chore."""

    session: Session
    town: Town
    now: datetime


@dataclass(frozen=True, slots=True)
class UnansweredChange:
    """A change about a person who did not answer a question."""

    session: Session
    town: Town
    now: datetime
    person: Person


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A due timer, and all that its handler may use."""

    session: Session
    town: Town
    now: datetime
    timer: Timer
    ticket: Ticket
