"""Storage for media. A file's name is the hash of its content, so equal files are stored once."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.evidence.file_types import ENDINGS
from bot.installation.atomic_files import whole_or_not_at_all


class MediaStorageError(Exception):
    """The storage can't be reached now, or has no such file."""


class MediaStorage(Protocol):
    """A folder or an S3 bucket. Every method may raise MediaStorageError."""

    def write(self, name: str, content: bytes) -> None: ...

    def read(self, name: str) -> bytes: ...

    def delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A local folder, or one that several machines share."""

    path: Path

    def write(self, name: str, content: bytes) -> None:
        """Writes the file atomically; an existing one is kept."""
        target = self.path / name
        if target.exists():
            return
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with whole_or_not_at_all(target) as part:
                part.write_bytes(content)
        except OSError as error:
            raise MediaStorageError(f"{type(error).__name__}: {error.strerror}") from None

    def read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise MediaStorageError(f"{type(error).__name__}: {error.strerror}") from None

    def delete(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)


def keep(shelf: MediaStorage, content: bytes, content_type: str) -> str:
    """Stores the content and returns its name."""
    name = name_of(content, content_type)
    shelf.write(name, content)
    return name


def name_of(content: bytes, content_type: str) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"{digest[:2]}/{digest}{ENDINGS.get(content_type, '.bin')}"


def thumb_of(name: str) -> str:
    """The name of a picture's thumbnail, in the same folder."""
    return f"{name.rpartition('.')[0]}.thumb.jpg"


def delete_all(shelf: MediaStorage, name: str) -> None:
    """Deletes the file and its thumbnail."""
    shelf.delete(name)
    shelf.delete(thumb_of(name))
