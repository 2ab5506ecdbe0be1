"""(a), (b), (g): the whole path of a message under the real server, next to bare echoes under the same one."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec

from sqlalchemy import func, select

from bot.bench import load, messages, servers
from bot.bench.load import Run, together
from bot.bench.parts import Bench
from bot.bench.result_lines import Line
from bot.bench.servers import Served
from bot.bench.single_steps import platform
from models.connecting import connect
from models.conversation import Inbound
from models.sessions import reading_sessions

CONNECTIONS = 16
_IN_TIME = 5
"""Seconds that WeChat waits"""
_ROUNDS = messages.GROUPS
_A_TURN = 500
"""Messages: about a second"""
_ECHO = "Flask + wechatpy echo, safe mode"
_TARGETS = {"sqlite": 0.5, "postgresql": 0.4}


def whole_path(bench: Bench) -> Iterator[Line]:
    """Runs echo and program by turns, so that other load affects both; the median round counts."""
    echoes = [_driven(servers.bare("bot.bench.echo:create_app"), bench.messages) for _ in range(_ROUNDS)]
    echo = _middle(echoes)
    yield _line(_ECHO, echo)
    yield from _werobot(bench, echo)
    for kind in bench.databases.kinds:
        yield from _program(bench, kind)


def _program(bench: Bench, kind: str) -> Iterator[Line]:
    """The program next to the echo and the floor (bot.bench.floor), the minimum that any such program costs."""
    echoes, floors, programs = [], [], []
    for round_ in range(_ROUNDS):
        echoes.append(_driven(servers.bare("bot.bench.echo:create_app"), bench.messages))
        floor = servers.bare(
            "bot.bench.floor:create_app", BOT_DATABASE__URL=bench.databases.town(kind, f"floor{round_}")
        )
        floors.append(_driven(floor, bench.messages))
        programs.append(_driven(servers.program(bench.databases.town(kind, f"path{round_}")), bench.messages))
    yield _line(f"the floor: echo, understand, rows by hand, {kind}", _middle(floors), _ECHO, _ratio(floors, echoes))
    target = f"≥ {_TARGETS[kind]}, p99 ≤ 100 ms"
    yield _line(f"the program, {kind}", _middle(programs), _ECHO, _ratio(programs, echoes), target)
    yield from _when_full(bench, kind)


def _when_full(bench: Bench, kind: str) -> Iterator[Line]:
    """The program with many tickets, next to one without; each round has new people.

    Both run at once and get messages by turns of a second, because the machine's own variation is larger than the
    difference that we measure.
    """
    size = bench.sizes[-1]
    full = bench.databases.full_town(kind, size)
    empties, fulls = [], []
    for round_ in range(_ROUNDS):
        empty = bench.databases.town(kind, f"empty{round_}")
        with servers.program(empty) as without, servers.program(full) as with_tickets:
            runs = _by_turns([without, with_tickets], bench.messages, round_)
        empties.append(runs[0])
        fulls.append(runs[1])
    what = f"the program, {kind}, {size:,} tickets"
    yield _line(what, _middle(fulls), "no tickets", _ratio(fulls, empties), "≥ 0.9", size)


def _ratio(runs: Sequence[Run], beside: Sequence[Run]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(run.per_second / other.per_second for run, other in zip(runs, beside, strict=True))


def _middle(runs: Sequence[Run]) -> Run:
    return sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]


def _werobot(bench: Bench, echo: Run) -> Iterator[Line]:
    if find_spec("werobot") is None:
        yield Line("b", "WeRoBot's echo: not installed (requirements-bench.txt)", 0, "")
        return
    run = _driven(servers.bare("bot.bench.werobot_echo:create_app"), bench.messages)
    yield _line("WeRoBot echo, safe mode", run, _ECHO, run.per_second / echo.per_second, part="b")


def burst(bench: Bench) -> Iterator[Line]:
    """(a) The peak hour: messages come at random, and a worker sends the pushes. Each must be answered
    in WeChat's five seconds, and each must be in the database afterwards.
    """
    count, seconds = (5000, 60) if bench.full else (1000, 12)
    for kind in bench.databases.kinds:
        url = bench.databases.town(kind, "burst")
        with platform() as api_base, servers.program(url) as served, servers.worker(url, api_base):
            load.drive(served.port, messages.requests(200, seed=98), CONNECTIONS)
            before = _kept(url)
            run = load.arrive(served.port, messages.requests(count, seed=7), seconds)
        late = sum(answer.seconds > _IN_TIME or answer.status != 200 for answer in run.answers)
        more = f"{_times(run)}, slowest {run.percentile(1):.0f} ms"
        what = f"burst of {count:,} in {seconds} s, {kind}"
        yield Line("a", f"{what}: without an answer in {_IN_TIME} s", late, "messages", target="0", more=more)
        yield Line("a", f"{what}: not in the database", count - (_kept(url) - before), "messages", target="0")


def _kept(url: str) -> int:
    """The number of stored messages with replies."""
    engine = connect(url)
    with reading_sessions(engine)() as session:
        answered = select(func.count()).select_from(Inbound).where(Inbound.reply.is_not(None), Inbound.failure == "")
        number = session.scalar(answered) or 0
    engine.dispose()
    return number


def starting(bench: Bench) -> Iterator[Line]:
    """(g) The time from the command to the first answer, and the memory after some work."""
    for kind in bench.databases.kinds:
        with servers.program(bench.databases.town(kind, "starting")) as served:
            load.drive(served.port, messages.requests(300, seed=5))
            weights = served.weights()
        yield Line("g", f"start to first answer, {kind}", served.start_seconds, "s", target="≤ 3 s")
        each = "/".join(f"{weight:.0f}" for weight in weights)
        yield Line(
            "g", f"heaviest web process, {kind}", max(weights[1:]), "MB PSS", target="≤ 160 MB", more=f"all: {each}"
        )


def _by_turns(programs: Sequence[Served], count: int, group: int) -> list[Run]:
    """Sends `count` messages to each program, some hundreds at a time by turns."""
    for served in programs:
        load.drive(served.port, messages.requests(count // 10, 99, group), CONNECTIONS)
    runs: list[list[Run]] = [[] for _ in programs]
    for turn in range(max(count // _A_TURN, 1)):
        for of_one, served in zip(runs, programs, strict=True):
            of_one.append(_sound(load.drive(served.port, messages.requests(_A_TURN, turn, group), CONNECTIONS)))
    return [together(each) for each in runs]


def _driven(server: AbstractContextManager[Served], count: int, group: int = 0) -> Run:
    with server as served:
        load.drive(served.port, messages.requests(count // 10, 99, group), CONNECTIONS)
        return _sound(load.drive(served.port, messages.requests(count, group=group), CONNECTIONS))


def _sound(run: Run) -> Run:
    good = sum(b"<Encrypt>" in each.body or each.body == b"success" for each in run.answers)
    if run.failed or good < len(run.answers):
        raise RuntimeError(f"{run.failed} messages without a 200, {len(run.answers) - good} without a sealed answer")
    return run


def _line(
    what: str, run: Run, against: str = "", ratio: float | None = None, target: str = "", size: int = 0, part: str = "a"
) -> Line:
    return Line(part, what, run.per_second, "messages/s", size, against, ratio, target, _times(run))


def _times(run: Run) -> str:
    return f"p50 {run.percentile(0.5):.1f} ms, p99 {run.percentile(0.99):.1f} ms"
