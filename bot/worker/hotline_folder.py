"""A folder that the worker watches: tables of the hotline's orders that somebody lays there are taken in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from handlers.hotline.orders import read_file
from handlers.hotline.take import take
from handlers.neighbours.same_event import MatterTakenError
from handlers.tables.table import TableError
from handlers.tickets.change import Moment
from handlers.town.town import Towns
from models.sessions import Sessions

log = structlog.get_logger(__name__)
EVERY = timedelta(minutes=1)
_KINDS = frozenset({".csv", ".xlsx"})
_SETTLED_SECONDS = 5
"""A file that was written to a moment ago may not be whole"""


@dataclass(frozen=True, slots=True)
class HotlineFolder:
    """What was taken is moved to `done`, what could not be to `refused` with a text that says why."""

    folder: Path
    sessions: Sessions
    towns: Towns

    def look(self, now: datetime) -> int:
        """How many files were there. Of several workers the one that renames a file has it."""
        found = [each for each in sorted(self.folder.glob("*")) if each.suffix.lower() in _KINDS and each.is_file()]
        whole = [each for each in found if each.stat().st_mtime <= now.timestamp() - _SETTLED_SECONDS]
        return sum(self._took(each, now) for each in whole)

    def _took(self, file: Path, now: datetime) -> bool:
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
        except (SQLAlchemyError, MatterTakenError) as error:  # not the file's fault: the next look takes it
            mine.rename(file)
            log.warning("hotline_put_off", file=file.name, why=type(error).__name__)
            return False
        self._moved(mine, "done")
        log.info("hotline_taken", file=file.name, new=taken.new, joined=taken.joined, known=taken.known)
        return True

    def _moved(self, file: Path, folder: str) -> Path | None:
        target = self.folder / folder / file.name
        target.parent.mkdir(exist_ok=True)
        try:
            return file.rename(target)
        except OSError:  # another worker was faster
            return None
