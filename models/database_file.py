"""Check that the database's file is the one that was opened: SQLite would go on writing into a deleted file."""

from pathlib import Path
from sqlite3 import OperationalError as DriverError

from sqlalchemy.exc import OperationalError


class FileReplacedError(OperationalError):
    """The file was deleted or replaced. Nothing is written until the program is restarted."""

    def __init__(self) -> None:
        super().__init__("", None, DriverError("the database file is gone, or another one"))


class SameFile:
    """Remembers which file a path led to at first, and refuses any other."""

    def __init__(self, path: str | None) -> None:
        self._path = Path(path) if path and path != ":memory:" else None
        self._first: tuple[int, int] | None = None

    def opened(self) -> None:
        """Remember the file at the first connection."""
        self._first = self._first or self._now()

    def check(self) -> None:
        """Raises FileReplacedError."""
        if self._first and self._now() != self._first:
            raise FileReplacedError

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path else None
        except FileNotFoundError:
            return None
        return (found.st_dev, found.st_ino) if found else None
