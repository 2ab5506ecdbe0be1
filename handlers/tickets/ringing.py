"""A timer that rings."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.town.town import Town
from models.push import Timer
from models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Ringing:
    """A timer that has fallen due, and all that its handler may use."""

    session: Session
    town: Town
    now: datetime
    timer: Timer
    ticket: Ticket
