"""Watches a folder and imports the tables of hotline orders that are put there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from handlers.hotline.import_orders import take
from handlers.hotline.orders import read_file
from handlers.neighbours.same_event import MatterTakenError
from handlers.tables.table import TableError
from handlers.tickets.change import Moment
from handlers.town.town import Towns
from models.sessions import Sessions

log = structlog.get_logger(__name__)
EVERY = timedelta(minutes=1)
_KINDS = frozenset({".csv", ".xlsx"})
_SETTLED_SECONDS = 5
"""A file changed more recently than this may be incomplete"""
_DIED_SECONDS = 600
"""Longer than any import takes: the worker that began it has died"""


@dataclass(frozen=True, slots=True)
class HotlineFolder:
    """Imported files are moved to `done`, bad ones to `refused` with a text that says why."""

    folder: Path
    sessions: Sessions
    towns: Towns

    def look(self, now: datetime) -> int:
        """Import the files; return their number. Of several workers, the one that renames a file imports it."""
        for left in self._tables("taking"):
            self._tried(left, self._put_back, now)
        return sum(self._tried(each, self._took, now) for each in self._tables("."))

    def _tables(self, folder: str) -> list[Path]:
        return [each for each in sorted((self.folder / folder).glob("*")) if each.suffix.lower() in _KINDS]

    def _tried(self, file: Path, deed: Callable[[Path, datetime], bool], now: datetime) -> bool:
        """Log a disk error, so that it stops neither the other files nor the worker."""
        try:
            return file.is_file() and deed(file, now)
        except OSError as error:  # another worker may have been faster
            log.warning("hotline_folder", file=file.name, error=type(error).__name__)
            return False

    def _put_back(self, file: Path, now: datetime) -> bool:
        """A worker died during the import, whose transaction was rolled back: import the file again."""
        if file.stat().st_ctime <= now.timestamp() - _DIED_SECONDS:
            file.rename(self.folder / file.name)
        return False

    def _took(self, file: Path, now: datetime) -> bool:
        if file.stat().st_mtime > now.timestamp() - _SETTLED_SECONDS:
            return False
        mine = self._moved(file, "taking")
        if mine is None:
            return False
        try:
            with self.sessions() as session, session.begin():
                town = self.towns.current(session)
                taken = take(Moment(session, town, now), read_file(mine, town.practices.hotline, town.staff))
        except (TableError, OSError) as error:
            refused = self._moved(mine, "refused")
            if refused:
                refused.with_suffix(".txt").write_text(f"{error}\n", "utf-8")
            log.warning("hotline_refused", file=file.name)
            return True
        except (SQLAlchemyError, MatterTakenError) as error:  # not the file's fault: retried at the next look
            mine.rename(file)
            log.warning("hotline_put_off", file=file.name, why=type(error).__name__)
            return False
        self._moved(mine, "done")
        log.info("hotline_taken", file=file.name, new=taken.new, joined=taken.joined, known=taken.known)
        return True

    def _moved(self, file: Path, folder: str) -> Path | None:
        target = self.folder / folder / file.name
        try:
            target.parent.mkdir(exist_ok=True)
            return file.rename(target)
        except OSError:  # another worker was faster
            return None
