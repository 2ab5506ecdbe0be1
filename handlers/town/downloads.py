"""What links stand for, and what makes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.person import Role


@dataclass(frozen=True, slots=True)
class Download:
    """Tickets filed in a span of time. How far they reach is looked at when the link is used, not here."""

    person_id: int
    since: datetime
    until: datetime
    expires_at: datetime
    area: str = ""
    """A grid of any level; empty: all that the person oversees"""


@dataclass(frozen=True, slots=True)
class BoardLink:
    """What a link to a board stands for. Who has lost the role has lost the board."""

    person_id: int
    role: str
    area: str
    """A grid of any level; empty: all that the person oversees"""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TicketLink:
    """A ticket's page for one reader in one role. Whether they still have it is looked at when the link is used."""

    ticket_id: int
    person_id: int
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ScoreLink:
    """A statement of one company, grid or community, for one reader. Whether they may is looked at when it is used."""

    person_id: int
    side: str
    code: str
    since: datetime
    until: datetime
    expires_at: datetime


class Links(Protocol):
    """Makes addresses that only the program itself can make."""

    def to(self, download: Download) -> str: ...

    def to_board(self, board: BoardLink) -> str: ...

    def to_ticket(self, link: TicketLink) -> str: ...

    def to_sheet(self, sheet: "Sheet") -> str: ...

    def to_scores(self, scores: ScoreLink) -> str: ...

    def to_notice(self, month: str, place_id: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of one reception, to print."""

    person_id: int
    reception_id: int
    expires_at: datetime
