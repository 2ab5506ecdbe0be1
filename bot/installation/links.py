"""Links that only we can make and that stop working: what they stand for is in them, signed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

from bot.installation.keys import KeyRing, key_ring
from bot.installation.settings import Settings
from handlers.town.downloads import Download


class BadLinkError(Exception):
    """Not ours, or changed on the way."""


class ExpiredLinkError(BadLinkError):
    """Ours, but its time is over."""


@dataclass(frozen=True, slots=True, repr=False)
class Links:
    """Signs with a key derived from the ring's first; links signed with an older one still work."""

    ring: KeyRing
    public_url: str

    def to(self, download: Download) -> str:
        """The address of a download."""
        moments = [int(at.timestamp()) for at in (download.since, download.until, download.expires_at)]
        return f"{self.public_url}/files/{self._serializer.dumps([download.person_id, *moments])}"

    def read(self, token: str, now: datetime) -> Download:
        """Raises BadLinkError, ExpiredLinkError."""
        try:
            person_id, *moments = self._serializer.loads(token)
        except BadData:
            raise BadLinkError from None
        since, until, expires_at = (datetime.fromtimestamp(moment, UTC) for moment in moments)
        if expires_at <= now:
            raise ExpiredLinkError
        return Download(person_id, since, until, expires_at)

    @property
    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.ring.signing_keys, salt="download")


def links(settings: Settings) -> Links | None:
    """None where no address is set under which we could be reached. Raises ConfigError where the keys are not right."""
    return Links(key_ring(settings), settings.web.public_url) if settings.web.public_url else None
