"""Converts received media for storage and display: checks the type by the first bytes, removes metadata."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.evidence import sound, video
from bot.evidence.file_types import RefusedError, type_of
from bot.evidence.picture_prints import Print, print_of
from bot.evidence.pictures import Taken, picture_of
from bot.evidence.storage import MediaStorage, keep, thumb_of

_JPEG, _MP3 = "image/jpeg", "audio/mpeg"


@dataclass(frozen=True, slots=True)
class Ready:
    """A converted file and its thumbnail; `told` holds facts about it, such as when and where it was taken."""

    content: bytes
    content_type: str
    thumb: bytes = b""
    print: Print | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    def put_on(self, shelf: MediaStorage) -> str:
        """Stores both and returns the file's name. Raises MediaStorageError."""
        name = keep(shelf, self.content, self.content_type)
        if self.thumb:
            shelf.write(thumb_of(name), self.thumb)
        return name


def ready(kind: str, content: bytes) -> Ready:
    """`kind`: image, voice or video, as it was sent. Raises RefusedError if the content is something else."""
    found = type_of(content)
    if found.partition("/")[0] != {"voice": "audio"}.get(kind, kind):
        raise RefusedError(f"sent as {kind}, and begins like {found or 'nothing we know'}")
    return _READIED[kind](content, found)


def _picture(content: bytes, _found: str) -> Ready:
    made = picture_of(content)
    return Ready(made.shown, _JPEG, made.thumb, print_of(made.shown), _told(made.taken))


def _told(taken: Taken) -> dict[str, Any]:
    told = {"taken_at": taken.at.isoformat() if taken.at else None, "taken_lat": taken.lat, "taken_lng": taken.lng}
    return {name: value for name, value in told.items() if value is not None}


def _voice(content: bytes, found: str) -> Ready:
    """A voice that can't be converted is stored as it came, so that nothing is lost."""
    try:
        return Ready(sound.as_mp3(content), _MP3, told={"seconds": round(sound.seconds_of(content), 1)})
    except RefusedError:
        return Ready(content, found, told={"unplayable": True})


def _video(content: bytes, found: str) -> Ready:
    """A video that not every browser plays is marked, so that the page offers the file."""
    thumb = picture_of(video.first_frame(content)).thumb
    told = {} if video.plays_everywhere(content) else {"unplayable": True}
    return Ready(video.without_notes(content), found, thumb, told=told)


_READIED = {"image": _picture, "voice": _voice, "video": _video}
