"""(h) The cost of a message, counted and not timed, so it is the same on every machine under any load.

Python calls are those of Python functions (`call` events of `sys.setprofile`), from the message handed to `Answering`
to its reply: reading, deciding, writing and the commit. Statements are what reaches the database's driver (its `c_call`
events), rows what a message adds to or changes in its tables, WAL what SQLite writes for it. Locked are the calls and
statements while SQLite's one writer is this process: from BEGIN IMMEDIATE to COMMIT.
"""

import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import select, text

from bot.assembly import Program
from bot.bench.messages import Said, openid, sayings
from bot.bench.parts import Bench
from bot.bench.programs import program_on
from bot.bench.result_lines import Line
from handlers.answering.answer import Answering
from handlers.dialogue.message import Kind, Message
from models import writer_lock
from models.base import Base
from models.person import Person
from models.push import Push
from models.status_moves import Status
from models.ticket import Ticket

TOGETHER = 8
"""Messages that share a transaction"""
_BATCHES = 8
_MORNING = datetime(2026, 11, 16, 2, tzinfo=UTC)
"""Monday at ten in China; not the machine's time, because messages at night cost more"""
_NO_TICKET = "99999999999"
_SUPERVISOR = "oWhistleSupervisor0000000001"
_TROUBLES = (
    "{place}3号楼电梯坏了，停在5楼不动",
    "{place}5号楼楼道灯不亮",
    "{place}2号楼一单元下水道堵了",
    "{place}门口垃圾好几天没人清",
    "{place}里面有人乱停车，堵住路了",
    "{place}6号楼楼上半夜装修吵得睡不着",
    "{place}东门路灯坏了",
    "{place}绿化带的树枝断了挂着",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """The mean cost of one message."""

    calls: float
    statements: float
    """Of a batch"""
    rows: float
    wal: float
    """Bytes"""
    locked: float = 0
    """Calls while the database is held"""


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits for one kind of message; 0 means no limit."""

    what: str
    calls: int
    statements: int = 0
    rows: int = 0
    wal: int = 0


REPORT = Budget("a filed report, eight together", 800, 12, 10, 42_000)
MIX = Budget("the mix of a bad hour, eight together", 900)
TAKE = Budget("staff 接, eight together", 1200, 15)
PROGRESS = Budget("resident 进度", 500)
TODAY = Budget("supervisor 今日", 2000)


def budgets(bench: Bench) -> Iterator[Line]:
    """Each kind's calls, statements, rows and WAL, next to its limits."""
    for budget, cost in counted(bench):
        yield Line("h", f"{budget.what}: Python calls", cost.calls, "a message", target=f"≤ {budget.calls:,}")
        yield Line("h", f"{budget.what}: Python calls under the lock", cost.locked, "a message")
        if budget.statements:
            most = f"≤ {budget.statements}"
            yield Line("h", f"{budget.what}: statements", cost.statements, "a batch", target=most)
        if budget.rows:
            yield Line("h", f"{budget.what}: rows", cost.rows, "a message", target=f"≤ {budget.rows}")
            yield Line("h", f"{budget.what}: WAL", cost.wal, "bytes a message", target=f"≤ {budget.wal:,}")


def counted(bench: Bench) -> Iterator[tuple[Budget, Cost]]:
    """Counts on SQLite, in the demonstration's town, with only the tickets filed here."""
    with program_on(bench, bench.databases.town("sqlite", "budgets"), lambda: _MORNING) as program:
        meter = _Meter(program)
        places = [each.name for each in program.towns.known.world.places.values() if each.kind == "compound"]
        count = (_BATCHES + 1) * TOGETHER
        yield REPORT, meter.cost([Said(openid(n), _trouble(n, places)) for n in range(count)], TOGETHER)
        yield MIX, meter.cost(list(sayings(count, seed=3, group=1)), TOGETHER)
        takes = _waiting(program, count)
        meter.ask_before(takes)
        yield TAKE, meter.cost(takes, TOGETHER)
        yield PROGRESS, meter.cost([Said(openid(n), "进度") for n in range(_BATCHES)], 1)
        yield TODAY, meter.cost([Said(_SUPERVISOR, "今日")] * _BATCHES, 1)


def _trouble(number: int, places: Sequence[str]) -> str:
    return _TROUBLES[number % len(_TROUBLES)].format(place=places[number // len(_TROUBLES) % len(places)])


def _waiting(program: Program, count: int) -> list[Said]:
    """Tickets that wait for a signature, each with a notified person; nobody is in a batch twice."""
    told = (
        select(Person.openid, Ticket.number)
        .join(Push, Push.person_id == Person.id)
        .join(Ticket, Ticket.id == Push.ticket_id)
        .where(Push.event == "dispatch", Ticket.status == Status.DISPATCHED.value, Person.openid.is_not(None))
        .order_by(Ticket.id)
    )
    with program.reading() as session:
        pairs = [(str(who), str(number)) for who, number in session.execute(told)]
    taken: set[str] = set()
    said: list[Said] = []
    for who, number in pairs:
        recent = {each.openid for each in said[len(said) // TOGETHER * TOGETHER :]}
        if number not in taken and who not in recent:
            taken.add(number)
            said.append(Said(who, f"接 {number}"))
    return said[:count]


class _Meter:
    """Counts the cost of some messages, after a warm-up batch."""

    def __init__(self, program: Program) -> None:
        self._program, self._coming = program, list[Message]()
        self._numbers = itertools.count()
        self._answering = Answering(
            program.sessions, program.reading, program.towns, program.clock, yield_to_others=self._let_next_come
        )
        self._wal = Path(f"{program.engine.url.database}-wal")

    def cost(self, said: Sequence[Said], together: int) -> Cost:
        """The mean over all batches except the first, which fills caches."""
        batches = [said[start : start + together] for start in range(0, len(said), together)]
        self._answer(batches[0])
        rows, wal, count = self._rows(), self._wal_bytes(), sum(map(len, batches[1:]))
        counted = _Counted()
        for batch in batches[1:]:
            counted.of(partial(self._answer, batch))
        return Cost(
            counted.calls / count,
            counted.statements / len(batches[1:]),
            (self._rows() - rows) / count,
            (self._wal_bytes() - wal) / count,
            counted.locked / count,
        )

    def ask_before(self, said: Sequence[Said]) -> None:
        """Lets each person send a command first, so that caches of team and area are filled."""
        for who in dict.fromkeys(each.openid for each in said):
            self._answer([Said(who, f"接 {_NO_TICKET}")])

    def _answer(self, batch: Sequence[Said]) -> None:
        """Sends all messages before the first is processed, so that one transaction answers them."""
        moment = self._program.clock()
        self._coming = [Message(f"h|{next(self._numbers)}", s.openid, Kind.TEXT, moment, s.text) for s in batch]
        self._let_next_come()

    def _let_next_come(self) -> None:
        if self._coming:
            self._answering.answer(self._coming.pop(0))

    def _rows(self) -> int:
        """The rows of all tables, except open questions, which are overwritten."""
        with self._program.reading() as session:
            tables = [each for each in Base.metadata.tables if each != "asked"]
            return sum(session.scalar(text(f'SELECT count(*) FROM "{each}"')) or 0 for each in tables)  # noqa: S608

    def _wal_bytes(self) -> int:
        return self._wal.stat().st_size


class _Counted:
    """Counts Python calls of this thread, and statements."""

    def __init__(self) -> None:
        self.calls = self.statements = self.locked = 0
        self._is_locked = False

    def of(self, work: Callable[[], None]) -> None:
        sys.setprofile(self._seen)
        try:
            work()
        finally:
            sys.setprofile(None)

    def _seen(self, frame: FrameType, what: str, argument: Any) -> None:  # noqa: ANN401  (a function, or what it gives)
        if what == "call":
            self.calls += 1
            self.locked += self._is_locked
        elif what == "c_call":
            name = argument.__qualname__
            self.statements += name in {"Cursor.execute", "Cursor.executemany"}
            self._is_locked &= name not in {"Connection.commit", "Connection.rollback"}
        elif what == "return" and frame.f_code is writer_lock.has_begun.__code__:
            self._is_locked = bool(argument)
