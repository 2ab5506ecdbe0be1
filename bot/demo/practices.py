"""Fills the demonstration with practices (patrols, visits, meetings): its people write chat messages week by week."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from sqlalchemy import select

from bot.assembly import assemble
from bot.demo.town import WORLD
from bot.installation.settings import Settings
from bot.synth.filling import openid
from handlers.dialogue.message import Kind, Message
from handlers.figures.days import day_start
from handlers.public_notice.issue import issue_due
from handlers.town_import.importing import read_world
from handlers.town_import.records import WorldFiles
from models.person import Person
from models.push import Outcome, Push, Timer
from models.ticket import CHINA

_FOLDER = Path(__file__).parent
_RESIDENTS = {f"居民{which}": openid(900_000 + number) for number, which in enumerate("甲乙丙丁")}
_DAY = re.compile(r"\{([+-]\d+)\}")


def demonstration_world() -> WorldFiles:
    """The tests' world plus a building head, patrol points and visited people."""
    with TemporaryDirectory() as folder:
        for file in (*WORLD.iterdir(), *(_FOLDER / "more_world").iterdir()):
            text, there = file.read_text("utf-8"), Path(folder) / file.name
            rows = text.partition("\n")[2] if there.exists() else text
            with there.open("a", encoding="utf-8") as opened:
                opened.write(rows)
        return read_world(Path(folder))


@dataclass
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


def live_between(settings: Settings, now: datetime) -> None:
    """Sends each line at its time, then marks all pushes as sent and drops past timers."""
    clock = _Clock(now)
    program = assemble(settings, clock)
    with program.reading() as session:
        named = {person.name: person.openid or "" for person in session.scalars(select(Person)) if person.openid}
    for number, (clock.now, who, text) in enumerate(_lines(now)):
        one = _RESIDENTS.get(who) or named[who]
        program.answering.answer(Message(f"demonstration|{number}", one, Kind.TEXT, clock.now, text))
    with program.sessions() as session, session.begin():
        issue_due(session, program.towns.current(session), Timer(), now)
        for push in session.scalars(select(Push).where(Push.due_at.is_not(None))):
            push.finish(Outcome.SENT, now)
        for timer in session.scalars(select(Timer).where(Timer.due_at.is_not(None), Timer.due_at <= now)):
            timer.finish(Outcome.DROPPED, now, "before the demonstration")
    program.engine.dispose()


def _lines(now: datetime) -> Iterator[tuple[datetime, str, str]]:
    """(time, person, words) in order of time, none later than now."""
    for line in yaml.safe_load((_FOLDER / "practices.yaml").read_text("utf-8")):
        days, hour = line["at"].split()
        at = _day(now, days) + (datetime.strptime(hour, "%H:%M").replace(tzinfo=CHINA) - _MIDNIGHT)
        if at <= now:
            yield at, line["who"], _DAY.sub(lambda found: _spoken(_day(now, found[1])), line["says"])


_MIDNIGHT = datetime(1900, 1, 1, tzinfo=CHINA)


def _day(now: datetime, days: str) -> datetime:
    return day_start(now) + timedelta(days=int(days))


def _spoken(day: datetime) -> str:
    return f"{day.month}月{day.day}日"
