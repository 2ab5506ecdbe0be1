"""The contents of signed links, and the interface that makes the links."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.person import Role


@dataclass(frozen=True, slots=True)
class Download:
    """A list of tickets filed in a span of time. The person's scope is checked when the link is used."""

    person_id: int
    since: datetime
    until: datetime
    expires_at: datetime
    area: str = ""
    """A grid of any level; "": all that the person oversees"""


@dataclass(frozen=True, slots=True)
class BoardLink:
    """A link to a board. It stops working when the person loses the role."""

    person_id: int
    role: str
    area: str
    """A grid of any level; "": all that the person oversees"""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TicketLink:
    """A ticket's page for one reader in one role. The role is checked when the link is used."""

    ticket_id: int
    person_id: int
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ScoreLink:
    """A score statement of a company, grid or community for one reader, whose right is checked on use."""

    person_id: int
    side: str
    code: str
    since: datetime
    until: datetime
    expires_at: datetime


class Links(Protocol):
    """Makes signed addresses, which only the program can make."""

    def to(self, download: Download) -> str: ...

    def to_board(self, board: BoardLink) -> str: ...

    def to_ticket(self, link: TicketLink) -> str: ...

    def to_sheet(self, sheet: "Sheet") -> str: ...

    def to_scores(self, scores: ScoreLink) -> str: ...

    def to_notice(self, month: str, place_id: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """The printable sheet of one reception."""

    person_id: int
    reception_id: int
    expires_at: datetime
