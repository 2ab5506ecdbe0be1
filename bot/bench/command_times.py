"""(f) The time of each command and supervisor's question, on towns with growing numbers of tickets."""

import time
from collections.abc import Iterator

from sqlalchemy import select

from bot.assembly import Program
from bot.bench.parts import Bench
from bot.bench.programs import program_on, say
from bot.bench.result_lines import Line
from models.person import Person
from models.status_moves import Status
from models.ticket import Ticket

_SUPERVISOR, _ADMIN = "oWhistleSupervisor0000000001", "oWhistleAdmin000000000000001"
_STAFF = "oWhistleProperty000000000001"
_TRIES = 15
_ASKED = (
    ("supervisor 今日", _SUPERVISOR, "今日"),
    ("supervisor 本周", _SUPERVISOR, "本周"),
    ("supervisor 超时", _SUPERVISOR, "超时"),
    ("supervisor 类别 停车", _SUPERVISOR, "类别 停车"),
    ("supervisor 网格 WY", _SUPERVISOR, "网格 WY"),
    ("supervisor 排行", _SUPERVISOR, "排行"),
    ("supervisor 查", _SUPERVISOR, "查 {number}"),
    ("admin 今日", _ADMIN, "今日"),
    ("admin 排行", _ADMIN, "排行"),
    ("question 上周哪个小区停车投诉最多", _SUPERVISOR, "上周哪个小区停车投诉最多"),
    ("question 本月各社区满意率", _SUPERVISOR, "本月各社区满意率"),
    ("question 今年各类问题多少件", _ADMIN, "今年各类问题多少件"),
    ("staff 待办", _STAFF, "待办"),
    ("staff 看", _STAFF, "看 {own}"),
    ("resident 进度", "{resident}", "进度"),
    ("resident 催办", "{resident}", "催办"),
    ("resident reports", "{resident}", "楼道灯坏了，晚上看不见"),
)


def asking(bench: Bench) -> Iterator[Line]:
    """The median of fifteen times, in this process, on both databases."""
    for kind in bench.databases.kinds:
        first: dict[str, float] = {}
        for size in bench.sizes:
            with program_on(bench, bench.databases.full_town(kind, size)) as program:
                yield from _asked(program, kind, size, first)


def _asked(program: Program, kind: str, size: int, first: dict[str, float]) -> Iterator[Line]:
    names = _names(program)
    for what, who, text in _ASKED:
        times = []
        for _ in range(_TRIES):
            start = time.perf_counter()
            say(program, who.format(**names), text.format(**names))
            times.append(1000 * (time.perf_counter() - start))
        cost = sorted(times)[_TRIES // 2]
        ratio = cost / first[what] if what in first else None
        against = f"{min(size, 1000):,} tickets" if ratio else ""
        yield Line("f", f"{what}, {kind}, {size:,} tickets", cost, "ms", size, against, ratio)
        first.setdefault(what, cost)


def _names(program: Program) -> dict[str, str]:
    """Names of people who have tickets to ask about."""
    with program.reading() as session:
        open_ones = select(Ticket).where(Ticket.status == Status.WORKING.value).order_by(Ticket.id.desc()).limit(1)
        last = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
        waiting = session.scalars(open_ones).one()
        own = session.scalars(select(Ticket).where(Ticket.team == "P-DS").order_by(Ticket.id.desc()).limit(1)).first()
        resident = session.get_one(Person, waiting.reporter_id).openid
        return {"number": last.number or "", "own": (own or last).number or "", "resident": resident or ""}
