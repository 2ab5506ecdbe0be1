"""Signed links that expire; each contains its parameters."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from bot.installation.keys import KeyRing, key_ring
from bot.installation.settings import Settings
from handlers.town.downloads import BoardLink, Download, ScoreLink, Sheet, TicketLink
from models.person import Role

_DOWNLOAD, _BOARD, _SHEET, _TICKET, _SCORES = "download", "board", "sheet", "ticket", "scores"
"""Salts of the signatures: a link of one kind is not valid as another"""


class BadLinkError(Exception):
    """The link is not ours, or was changed."""


class ExpiredLinkError(BadLinkError):
    """The link is ours, but has expired."""


@dataclass(frozen=True, slots=True, repr=False)
class Links:
    """Signs with a key derived from the first one; links signed with older ones are still valid."""

    ring: KeyRing
    public_url: str

    def to(self, download: Download) -> str:
        """The address of a download."""
        moments = [int(at.timestamp()) for at in (download.since, download.until, download.expires_at)]
        said = [download.person_id, download.area, *moments]
        return f"{self.public_url}/files/{self._signed(_DOWNLOAD).dumps(said)}"

    def read(self, token: str, now: datetime) -> Download:
        """Raises BadLinkError, ExpiredLinkError."""
        person_id, area, since, until, expires_at = self._said(_DOWNLOAD, token, now)
        return Download(person_id, _moment(since), _moment(until), _moment(expires_at), area)

    def to_board(self, board: BoardLink) -> str:
        """The address of a board."""
        said = [board.person_id, board.role, board.area, int(board.expires_at.timestamp())]
        return f"{self.public_url}/board/{self._signed(_BOARD).dumps(said)}"

    def read_board(self, token: str, now: datetime) -> BoardLink:
        """Raises BadLinkError, ExpiredLinkError."""
        person_id, role, area, expires_at = self._said(_BOARD, token, now)
        return BoardLink(person_id, role, area, _moment(expires_at))

    def to_ticket(self, link: TicketLink) -> str:
        """The address of a ticket's page."""
        said = [link.ticket_id, link.person_id, link.role.value, int(link.expires_at.timestamp())]
        return f"{self.public_url}/t/{self._signed(_TICKET).dumps(said)}"

    def read_ticket(self, token: str, now: datetime) -> TicketLink:
        """Raises BadLinkError, ExpiredLinkError."""
        ticket_id, person_id, role, expires_at = self._said(_TICKET, token, now)
        return TicketLink(ticket_id, person_id, Role(role), _moment(expires_at))

    def _said(self, salt: str, token: str, now: datetime) -> list[Any]:
        """The parameters of a link of this kind; the last one is the expiry."""
        try:
            said: list[Any] = self._signed(salt).loads(token)
        except BadData:
            raise BadLinkError from None
        if _moment(said[-1]) <= now:
            raise ExpiredLinkError
        return said

    def to_sheet(self, sheet: Sheet) -> str:
        """The address of a sheet to print."""
        told = [sheet.person_id, sheet.reception_id, int(sheet.expires_at.timestamp())]
        return f"{self.public_url}/files/{self._signed(_SHEET).dumps(told)}"

    def read_sheet(self, token: str, now: datetime) -> Sheet:
        """Raises BadLinkError, ExpiredLinkError."""
        person_id, reception_id, expires_at = self._said(_SHEET, token, now)
        return Sheet(person_id, reception_id, _moment(expires_at))

    def to_scores(self, scores: ScoreLink) -> str:
        """The address of a statement."""
        moments = [int(at.timestamp()) for at in (scores.since, scores.until, scores.expires_at)]
        said = [scores.person_id, scores.side, scores.code, *moments]
        return f"{self.public_url}/scores/{self._signed(_SCORES).dumps(said)}"

    def read_scores(self, token: str, now: datetime) -> ScoreLink:
        """Raises BadLinkError, ExpiredLinkError."""
        person_id, side, code, since, until, expires_at = self._said(_SCORES, token, now)
        return ScoreLink(person_id, side, code, _moment(since), _moment(until), _moment(expires_at))

    def to_notice(self, month: str, place_id: int) -> str:
        """The address of a public page, which is permanent and needs no signature."""
        return f"{self.public_url}/notice/{month}/{place_id}"

    def _signed(self, salt: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.ring.signing_keys, salt=salt)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def links(settings: Settings) -> Links | None:
    """None if no public URL is configured. Raises ConfigError if the keys are wrong."""
    return Links(key_ring(settings), settings.web.public_url) if settings.web.public_url else None
