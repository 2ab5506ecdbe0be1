"""Temporary media: uploaded by people or by the account, gone after three days."""

import secrets
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from bot.simulator.errors import ApiError

LIFE = 3 * 86_400
_LIMITS = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"#!AMR": "audio/amr",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
}
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp"})
"""Those that an account may upload"""
OF_PHONES = PICTURES | {"image/webp", "image/heic"}
_HEIF = frozenset({b"heic", b"heix", b"mif1", b"msf1"})


@dataclass(frozen=True, slots=True)
class Medium:
    content: bytes
    content_type: str
    created_at: float


def type_of(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return "image/heic" if content[8:12] in _HEIF else "video/mp4"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), "application/octet-stream")


def as_shown(medium: Medium) -> Medium:
    """A phone's photo in a format that browsers show; the account gets the original."""
    if medium.content_type != "image/heic":
        return medium
    from PIL import Image
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    file = BytesIO()
    with suppress(OSError), Image.open(BytesIO(medium.content)) as image:
        image.convert("RGB").save(file, "JPEG")
    return Medium(file.getvalue(), "image/jpeg", medium.created_at)


class MediaStore:
    """Call it under the platform's lock."""

    def __init__(
        self,
        now: Callable[[], float],
        before: Iterable[tuple[str, Medium]] = (),
        keep: Callable[[str, bytes], None] = lambda _id, _content: None,
    ) -> None:
        self._now = now
        self._media: dict[str, Medium] = dict(before)
        self._keep = keep

    def put(self, kind: str, content: bytes, pictures: Collection[str] = PICTURES) -> str:
        """Stores `content` if its format fits the kind; returns its id."""
        if kind not in _LIMITS:
            raise ApiError(40004)
        if not content:
            raise ApiError(41005)
        if len(content) > _LIMITS[kind]:
            raise ApiError(45001)
        found = type_of(content)
        if kind in {"image", "thumb"} and found not in pictures:
            raise ApiError(40005)
        media_id = secrets.token_urlsafe(48)
        self._media[media_id] = Medium(content, found, self._now())
        self._keep(media_id, content)
        return media_id

    def get(self, media_id: str) -> Medium:
        medium = self._media.get(media_id)
        if medium is None or medium.created_at + LIFE < self._now():
            raise ApiError(40007)
        return medium
