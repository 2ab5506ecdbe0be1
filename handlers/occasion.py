"""What anything that happens to a ticket needs, whether somebody wrote a message or a timer rang."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from handlers.town import Town


class Occasion(Protocol):
    """A moment in one transaction; a message's Context is one, and so is a timer's Ringing."""

    @property
    def session(self) -> Session: ...

    @property
    def town(self) -> Town: ...

    @property
    def now(self) -> datetime: ...
