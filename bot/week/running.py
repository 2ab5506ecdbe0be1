"""Runs the week and returns its figures."""

import tempfile
from datetime import timedelta
from pathlib import Path

from bot.week.counting import Figures, counted
from bot.week.people import known, plan
from bot.week.stage import MONDAY, set_up
from nlp.reading.reader import Reader

_MEMORY = Path("/dev/shm")  # noqa: S108
"""In memory, because no data must survive, and commits need not wait for a disk"""
_WEEK = 7


def live(tickets: int, seed: int = 1, reader: Reader | None = None, days: int = _WEEK) -> Figures:
    """Runs days of reports, and one more day for what is still in progress."""
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder,
        set_up(Path(folder), reader, seed) as stage,
    ):
        town = known(stage)
        plan(stage, town, tickets, days)
        stage.lives_until(MONDAY + timedelta(days=days + 1))
        return counted(stage, town)
