"""The nightly training: the model learns from the day's corrections, in its own process."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.figures.days import day_start
from models.deferred_inserts import append
from models.push import Outcome, Timer
from models.sessions import Sessions
from models.ticket import CHINA

KIND = "train"
_HOUR = timedelta(hours=3)
_AT_MOST = timedelta(minutes=30)
_NIGHT = timedelta(hours=12)

log = structlog.get_logger(__name__)


def plan(session: Session, now: datetime) -> None:
    """Plan the next night's training, if it is not planned yet. Safe for several workers at once."""
    tonight = day_start(now) + _HOUR
    at = tonight if tonight > now else tonight + timedelta(days=1)
    append(session, Timer, key=f"{KIND}:{at.astimezone(CHINA):%Y%m%d}", kind=KIND, due_at=at, created_at=now)


@dataclass(frozen=True, slots=True)
class Nightly:
    """Runs `python -m bot train`: training needs scikit-learn and memory that a worker shouldn't keep."""

    sessions: Sessions
    config: Path

    def __call__(self, timer_id: int, now: datetime) -> None:
        """Train once; the result is written to the timer."""
        with self.sessions() as session, session.begin():
            timer = session.get_one(Timer, timer_id)
            if _is_done_already(session, timer, now):
                timer.finish(Outcome.DROPPED, now, "another of this night")
                return
            timer.due_at = now + _AT_MOST  # longer than the usual lease
        command = [sys.executable, "-m", "bot", "--config", str(self.config), "train"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_AT_MOST.total_seconds(), check=False)  # noqa: S603
        trained = done.returncode == 0
        told = _told(done.stdout) if trained else done.stderr.strip()[-200:]
        log.info("nightly_training", trained=trained, told=told)
        with self.sessions() as session, session.begin():
            session.get_one(Timer, timer_id).finish(Outcome.DONE if trained else Outcome.GAVE_UP, now, told)


def _is_done_already(session: Session, timer: Timer, now: datetime) -> bool:
    """After a jump of the clock, several trainings are due: only the first runs, at most one in half a day."""
    others = (Timer.kind == KIND) & (Timer.id != timer.id) & (Timer.attempts > 0)
    before = Timer.due_at.is_not(None) & (Timer.id < timer.id)
    lately = Timer.finished_at.between(now - _NIGHT, now + _NIGHT) & (Timer.outcome != Outcome.DROPPED.value)
    return session.scalar(select(Timer.id).where(others, before | lately).limit(1)) is not None


def _told(report: str) -> str:
    facts = json.loads(report)
    return f"{facts['version']} {'took over' if facts['took_over'] else 'did not take over'}: {facts['why']}"
