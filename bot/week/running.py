"""Lives the week and gives its figures."""

import tempfile
from datetime import timedelta
from pathlib import Path

from bot.week.counting import Figures, counted
from bot.week.people import known, plan
from bot.week.stage import MONDAY, set_up
from nlp.reading.reader import Reader

_DAYS = 8
"""Seven of reports, and one for what is still on its way"""


def live(tickets: int, seed: int = 1, reader: Reader | None = None) -> Figures:
    with tempfile.TemporaryDirectory() as folder, set_up(Path(folder), reader, seed) as stage:
        town = known(stage)
        plan(stage, town, tickets)
        stage.lives_until(MONDAY + timedelta(days=_DAYS))
        return counted(stage, town)
