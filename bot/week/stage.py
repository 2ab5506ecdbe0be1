"""Runs the town, the program and the platform on a simulated clock, with an event queue in order of time."""

import heapq
import itertools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

from sqlalchemy import Engine, bindparam, delete, func, select

from bot.assembly import Program, assemble, worker
from bot.demo.town import WORLD
from bot.installation.database import open_database
from bot.installation.migrating import migrate
from bot.installation.settings import load_settings
from bot.simulator import DEMO_ACCOUNT, Platform, running_platform
from bot.simulator.events import Event
from bot.simulator.inbound import Stamp, xml_of_event
from bot.simulator.journal import Journal
from bot.simulator.message_quota import Trigger
from bot.simulator.tokens import Tokens
from bot.webhook.message import to_message
from bot.webhook.xml import parse_xml
from bot.worker.worker import Worker
from handlers.board.keep_sums import KIND as DAY_SUMS
from handlers.dialogue.message import Kind, Message
from handlers.timers.periodic_jobs import plan_chores, plan_digests
from handlers.town_import.importing import import_world, read_world
from models.person import Person
from models.push import Push, Rank, Timer
from models.sessions import sessions
from nlp.reading.reader import Reader

MONDAY = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
"""08:00 in China, far from any holiday"""
_FIELDS = {"thing1": "happened", "thing2": "words", "thing3": "where", "character_string4": "number", "time5": "due"}
_TEMPLATES = {"staff": "S" * 43, "resident": "R" * 43}
NOTICE = "N" * 43
_KEPT = 1_000_000
_HOUR = timedelta(hours=1)
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DUE = select(
    select(func.min(Push.due_at)).where(Push.due_at > bindparam("after"), Push.rank < Rank.DIGEST).scalar_subquery(),
    select(func.min(Timer.due_at)).where(Timer.due_at > bindparam("after")).scalar_subquery(),
)
_AT_ONCE = 200
"""The most rounds of the worker at one moment, against an endless loop"""


class Clock:
    """The simulated clock of all parts."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Stage:
    """Runs people's acts in order of time; between them the worker does what is due."""

    program: Program
    platform: Platform
    worker: Worker
    clock: Clock
    chance: random.Random
    receipts: SimpleQueue[tuple[str, Event]]
    """Receipts of the platform, queued by its threads"""
    replies: list[tuple[str, str]] = field(default_factory=list)
    """(openid, reply)"""
    _coming: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def at(self, when: datetime, act: Callable[[], object]) -> None:
        heapq.heappush(self._coming, (when, next(self._numbers), act))

    def after(self, hours: float, act: Callable[[], object]) -> None:
        self.at(self.clock() + timedelta(hours=hours), act)

    def says(self, openid: str, text: str) -> str:
        """A person's message: the platform opens its window, the program answers. Returns the reply."""
        self.platform.allowances.open(openid, Trigger.MESSAGE, self.platform.now())
        return self._answered(Message(self._key(), openid, Kind.TEXT, self.clock(), text))

    def taps(self, openid: str, key: str) -> str:
        self.platform.allowances.open(openid, Trigger.TAP, self.platform.now())
        return self._event(openid, "click", key)

    def accepts_notice(self, openid: str) -> None:
        """One tap on 「允许」."""
        with self.platform.lock:
            left = self.platform.subscriptions
            left[openid, NOTICE] = left.get((openid, NOTICE), 0) + 1
        self._event(openid, "subscribe_msg_popup_event", "", accepted=NOTICE, rejected="")

    def lives_until(self, end: datetime) -> None:
        self._plans(end)
        while self.clock() < end:
            self._works()
            self._receives()
            self.clock.now = min(self._next(), end)
            while self._coming and self._coming[0][0] <= self.clock():
                heapq.heappop(self._coming)[2]()
        self._works()
        self._receives()

    def _plans(self, end: datetime) -> None:
        """Plans digests and chores every hour, as the running worker does."""
        with self.program.sessions() as session, session.begin():
            plan_digests(session, self.program.towns.current(session), self.clock())
            plan_chores(session, self.clock())
            session.flush()
            session.execute(delete(Timer).where(Timer.kind == DAY_SUMS))  # due twice a minute, and only for the board
        if self.clock() + _HOUR < end:
            self.after(1, lambda: self._plans(end))

    def _event(self, openid: str, event: str, key: str, **extra: str) -> str:
        message = Message(self._key(), openid, Kind.EVENT, self.clock(), event=event, event_key=key, extra=extra)
        return self._answered(message)

    def _answered(self, message: Message) -> str:
        reply = self.program.answering.answer(message)
        self.replies.append((message.openid, reply))
        return reply

    def _key(self) -> str:
        return f"week|{next(self._numbers)}"

    def _works(self) -> None:
        """Runs the worker, but only if something is due, because each round costs a dozen statements."""
        for _ in range(_AT_ONCE):
            if self._first_due() > self.clock() or not self.worker.once():
                return

    def _receives(self) -> None:
        """Delivers the platform's receipts in its XML, directly to the program: there is no webhook address."""
        while not self.receipts.empty():
            openid, event = self.receipts.get()
            stamp = Stamp(openid, int(self.platform.now()), self.platform.next_id())
            xml = xml_of_event(event, self.platform.account, stamp)
            self.program.answering.answer(to_message(parse_xml(xml.encode())))

    def _next(self) -> datetime:
        """The next time that a person acts or something is due."""
        acts = self._coming[0][0] if self._coming else self.clock() + _HOUR
        return min(acts, self._first_due(after=self.clock()))

    def _first_due(self, after: datetime = _EVER) -> datetime:
        with self.program.reading() as session:
            moments = session.execute(_FIRST_DUE, {"after": after}).one()
        return min(filter(None, moments), default=self.clock() + _HOUR)


@contextmanager
def set_up(folder: Path, reader: Reader | None, seed: int) -> Iterator[Stage]:
    """A new town in its own database; everybody follows the account."""
    clock = Clock()
    declared = {number: [*_FIELDS] for number in (*_TEMPLATES.values(), NOTICE)}
    with running_platform(templates=declared, now=lambda: clock().timestamp()) as platform:
        platform.journal = Journal(kept=_KEPT)
        receipts: SimpleQueue[tuple[str, Event]] = SimpleQueue()
        platform.deliver_soon = lambda *receipt: receipts.put(receipt)  # type: ignore[method-assign, assignment]
        platform.tokens = Tokens(time.time)  # the program's token expires by the machine's clock
        settings = load_settings(
            WORLD.parents[1] / "config.yaml",
            database={"url": f"sqlite:///{folder / 'week.db'}"},
            wechat=_account(platform.api_base),
        )
        _fill(open_database(settings))
        program = assemble(settings, clock, reader)
        with program.reading() as session:
            for openid in session.scalars(select(Person.openid).where(Person.openid.is_not(None))):
                platform.follow(openid or "")
        yield Stage(program, platform, worker(program), clock, random.Random(seed), receipts)
        program.engine.dispose()


def _account(api_base: str) -> dict[str, object]:
    names = ("token", "aes_key", "app_id", "app_secret", "gh_id")
    cards = {purpose: {"id": number, "fields": _FIELDS} for purpose, number in _TEMPLATES.items()}
    return {
        **{name: getattr(DEMO_ACCOUNT, name) for name in names},
        "api_base": api_base,
        "templates": cards,
        "notices": {"resident": {"id": NOTICE, "fields": _FIELDS}},
    }


def _fill(engine: Engine) -> None:
    migrate(engine)
    with sessions(engine).begin() as session:
        import_world(session, read_world(WORLD))
    engine.dispose()
