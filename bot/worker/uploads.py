"""Uploads photos and voices to the platform; an upload's id is reused until it expires."""

import threading
import time
from dataclasses import dataclass, field

from bot.evidence.storage import MediaStorage, MediaStorageError
from bot.wechat.errors import Trouble, WeChatError
from bot.wechat.gateway import Gateway

_LIVES_SECONDS = 2.5 * 86_400
"""The platform keeps them for three days"""
_MOST = 2_000
_TYPES = {"image": "image/jpeg", "voice": "audio/mpeg"}


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One file that is sent with a push."""

    attachment: int
    kind: str
    stored: str


@dataclass(frozen=True, slots=True)
class Uploads:
    """The uploads of one process. Safe to share between threads."""

    shelf: MediaStorage
    _ids: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, gateway: Gateway, openid: str, enclosure: Enclosure) -> None:
        """Raises WeChatError."""
        gateway.send_media(openid, enclosure.kind, self._id(gateway, enclosure))

    def _id(self, gateway: Gateway, enclosure: Enclosure) -> str:
        with self._lock:  # several threads may send the same picture
            media_id, uploaded = self._ids.get(enclosure.stored, ("", 0.0))
            if not media_id or time.monotonic() > uploaded + _LIVES_SECONDS:
                media_id = self._uploaded(gateway, enclosure)
                if len(self._ids) >= _MOST:
                    self._ids.clear()
                self._ids[enclosure.stored] = (media_id, time.monotonic())
            return media_id

    def _uploaded(self, gateway: Gateway, enclosure: Enclosure) -> str:
        try:
            content = self.shelf.read(enclosure.stored)
        except MediaStorageError as error:
            raise WeChatError(0, f"no file: {error}", Trouble.BUSY) from None
        name = enclosure.stored.rpartition("/")[2]
        return gateway.upload_media(enclosure.kind, name, content, _TYPES[enclosure.kind])
