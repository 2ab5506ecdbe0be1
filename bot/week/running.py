"""Lives the week and gives its figures."""

import tempfile
from datetime import timedelta
from pathlib import Path

from bot.week.counting import Figures, counted
from bot.week.people import known, plan
from bot.week.stage import MONDAY, set_up
from nlp.reading.reader import Reader

_MEMORY = Path("/dev/shm")  # noqa: S108
"""Its loss costs nothing: no commit need wait for a disk"""
_DAYS = 8
"""Seven of reports, and one for what is still on its way"""


def live(tickets: int, seed: int = 1, reader: Reader | None = None) -> Figures:
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder,
        set_up(Path(folder), reader, seed) as stage,
    ):
        town = known(stage)
        plan(stage, town, tickets)
        stage.lives_until(MONDAY + timedelta(days=_DAYS))
        return counted(stage, town)
