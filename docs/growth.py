"""How far one machine carries and what more of them are needed, worked out from what `make bench` measured last.

Everything assumed stands here by name; everything measured is read from docs/bench.json. docs/operate.md shows both.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

# One case from the report to the vote, as tests/operating/test_growth.py lives it.
MESSAGES, EVENTS, PUSHES, TIMERS = 6, 7, 7.5, 3
CASE_BYTES = 12_000
"""Indexes included"""

# Assumed.
CASES_PER_PERSON_YEAR = 0.5
BUSIEST_HOUR = 0.15
"""Of a day"""
DAYS_OPEN = 3
AT_ONCE = 0.01
"""Of the people write when the water stops"""
PUSHES_PER_JOINED = 2
"""Somebody has taken it; it is done"""
PUSH_SECONDS, PUSHES_AT_ONCE = 0.1, 4
PHOTO_BYTES = 300_000
SPARE = 3
"""Times the worst hour that we have worked out"""
KEPT_YEARS = 3
STREETS, PROCESSES_PER_STREET = 300, 3

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere of a size; `crowd` of its people lose their water, and all that write do so within `minutes`."""

    people: int
    crowd: int
    minutes: int

    @property
    def cases(self) -> float:
        return self.people * CASES_PER_PERSON_YEAR

    @property
    def storm(self) -> float:
        return self.crowd * AT_ONCE

    @property
    def storm_rate(self) -> float:
        return self.storm / self.minutes / 60

    @property
    def storm_pushes(self) -> float:
        return self.storm * PUSHES_PER_JOINED


TOWN = Place(500_000, 500_000, 1)
CITY = Place(20_000_000, 10_000_000, 10)
"""Where half of it has none, they don't all look at the tap in the same minute"""


class Bench:
    """The lines of docs/bench.json by what they begin with; of several sizes the largest."""

    def __init__(self, file: Path) -> None:
        self._lines: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["lines"]

    def line(self, what: str, size: int | None = None) -> dict[str, Any]:
        found = [line for line in self._lines if line["what"] == what or line["what"].startswith(f"{what},")]
        found = [line for line in found if size is None or line["size"] == size]
        if not found:
            raise SystemExit(f"docs/bench.json has no line “{what}”: run `make bench`")
        return max(found, key=lambda line: int(line["size"]))

    def rate(self, database: str) -> float:
        return float(self.line(f"the program, {database}", size=0)["value"])

    @property
    def process_bytes(self) -> float:
        return (
            max(float(self.line(f"heaviest web process, {each}")["value"]) for each in ("sqlite", "postgresql")) * 1e6
        )

    def question_seconds(self, rows: float) -> float:
        """What grows with the rows that are counted, as if it grew with nothing else."""
        line = self.line("question 今年各类问题多少件, postgresql")
        return float(line["value"]) / 1000 * rows / int(line["size"])


def measured(bench: Bench) -> list[Row]:
    """What is known."""
    sqlite, postgresql = bench.rate("sqlite"), bench.rate("postgresql")
    figures = [
        ("supervisor 今日", "「今日」"),
        ("admin 排行", "「排行」"),
        ("question 今年各类问题多少件", "「今年各类问题多少件」"),
    ]
    asked = [(name, bench.line(f"{what}, sqlite")) for what, name in figures]
    size = int(asked[0][1]["size"])
    unhindered = float(bench.line("pushes, one worker, sqlite")["value"])
    rates = f"SQLite 每秒 {sqlite:.0f} 条，PostgreSQL 每秒 {postgresql:.0f} 条（发消息的和数据库也在这两个核上）"
    case = f"{MESSAGES} 条消息、{EVENTS} 条经过、{PUSHES:g} 条通知、{TIMERS} 个定时"
    sending = f"微信答一次约 {PUSH_SECONDS} 秒，同时 {PUSHES_AT_ONCE} 条：每秒 {_pushes_per_second():.0f} 条"
    return [
        ("一条消息，2 核一台", rates, "bench (a)"),
        ("一件事从报到评", f"{case}；占盘 {CASE_BYTES / 1000:.0f} KB，索引在内", "tests/operating/test_growth.py"),
        ("一个网页进程", f"{bench.process_bytes / 1e6:.0f} MB（PSS）", "bench (g)"),
        ("一个发送进程", f"{sending}；微信不耽误时每秒 {unhindered:.0f} 条", "bench (e)"),
        (
            f"已有 {_count(size, '张工单')}时问一句",
            "，".join(f"{name} {float(line['value']):.3g} 毫秒" for name, line in asked),
            "bench (f)",
        ),
    ]  # fmt: skip


def compared(bench: Bench) -> list[Row]:
    """A town and a city, line by line."""
    rows: list[tuple[str, Callable[[Place], str]]] = [
        ("工单", lambda it: f"一年 {_count(it.cases, '张')}，一天 {_count(it.cases / 365, '张')}"),
        ("还没办结的", lambda it: _count(it.cases / 365 * DAYS_OPEN, "张")),
        (
            "消息",
            lambda it: (
                f"一天 {_count(it.cases * MESSAGES / 365, '条')}，最忙一小时 {_day_peak(it.cases * MESSAGES):.2g} 条/秒"
            ),
        ),
        ("停水", lambda it: f"{it.minutes} 分钟里 {_count(it.storm, '条')}，{it.storm_rate:.0f} 条/秒"),
        (
            "通知",
            lambda it: (
                f"一天 {_count(it.cases * PUSHES / 365, '条')}，最忙 {_day_peak(it.cases * PUSHES):.2g} 条/秒；"
                f"停水后 {_count(it.storm_pushes, '条')}"
            ),
        ),
        (
            "一年的行",
            lambda it: (
                f"{_count(it.cases * EVENTS, '条')}经过、{_count(it.cases * MESSAGES, '条')}消息、"
                f"{_count(it.cases * PUSHES, '条')}通知、{_count(it.cases * TIMERS, '个')}定时"
            ),
        ),
        ("一年的库", lambda it: _bytes(it.cases * CASE_BYTES)),
        ("一年的照片（一件一张）", lambda it: _bytes(it.cases * PHOTO_BYTES)),
        ("「今年各类问题多少件」", lambda it: f"{bench.question_seconds(it.cases):.1g} 秒（按行数推）"),
    ]
    return [(name, said(TOWN), said(CITY)) for name, said in rows]


def machines(bench: Bench) -> list[Row]:
    """What the city needs."""
    wanted, rate = CITY.storm_rate * SPARE, bench.rate("postgresql")
    sent, senders = CITY.storm_pushes / 1800, ceil(CITY.storm_pushes / 1800 / _pushes_per_second()) + 1
    alone = STREETS * PROCESSES_PER_STREET * bench.process_bytes
    return [
        (
            "网页",
            f"{ceil(wanted / rate) + 1} × 2 核 4 GB",
            f"{CITY.storm_rate:.0f} 条/秒 × {SPARE} = {wanted:.0f}，÷ {rate:.0f} 条/秒，加一台余地",
        ),
        (
            "发送",
            f"1 × 2 核 4 GB，{senders} 个进程",
            f"{_count(CITY.storm_pushes, '条')}半小时发完是 {sent:.0f} 条/秒，÷ {_pushes_per_second():.0f}，加一个余地",
        ),
        (
            "数据库",
            f"主、备各 16 核 64 GB，{_bytes(_rounded_up(CITY.cases * CASE_BYTES * KEPT_YEARS * 2))} NVMe",
            f"一年 {_bytes(CITY.cases * CASE_BYTES)}，留 {KEPT_YEARS} 年，翻一倍；每秒至多 {wanted:.0f} 次提交",
        ),
        ("从库（问数字）", "1 × 8 核 32 GB", "几百个督导"),
        (
            "负载均衡、照片",
            f"2 × 2 核；共享盘 {_bytes(CITY.cases * PHOTO_BYTES)}",
            "一年的照片；到期删（`privacy.media_days`）",
        ),
        (
            "或者一个街道一份",
            f"{STREETS} × {PROCESSES_PER_STREET} 个进程，内存 {_bytes(alone)}",
            f"每个进程 {bench.process_bytes / 1e6:.0f} MB，一个 PostgreSQL 里 {STREETS} 个库",
        ),
    ]


def town_in_words(bench: Bench) -> str:
    """Whether one machine does for the town."""
    rate, pushes = bench.rate("sqlite"), _pushes_per_second()
    share = _day_peak(TOWN.cases * MESSAGES) / rate
    verdict = "在量得的数以内" if TOWN.storm_rate <= rate else "超过了量得的数，要两台"
    return (
        f"平常最忙时用到量得的 {share:.2%}；停水那一分钟 {TOWN.storm_rate:.0f} 条/秒，是量得的 "
        f"{TOWN.storm_rate / rate:.0%}，{verdict}（bench 的“突发”就是这件事）。\n"
        f"停水后的 {_count(TOWN.storm_pushes, '条')}通知，一个发送进程 {TOWN.storm_pushes / pushes / 60:.0f} 分钟发完，"
        "红色警情总是先发。"
    )


def _pushes_per_second() -> float:
    return PUSHES_AT_ONCE / PUSH_SECONDS


def _day_peak(a_year: float) -> float:
    """A second of the busiest hour."""
    return a_year / 365 * BUSIEST_HOUR / 3600


def _count(value: float, unit: str = "") -> str:
    """「1.6 亿条」「27 万条」「4,110 条」: as one says it, to three figures."""
    for size, name in ((1e8, "亿"), (1e4, "万")):
        if value >= size:
            return f"{_rounded(value / size)} {name}{unit}"
    return f"{_rounded(value)} {unit}".strip()


def _rounded(value: float) -> str:
    figures = float(f"{value:.3g}")
    return f"{figures:,.0f}" if figures >= 100 else f"{figures:g}"


def _bytes(value: float) -> str:
    return f"{value / 1e12:.2g} TB" if value >= 1e12 else f"{value / 1e9:.3g} GB"


def _rounded_up(value: float) -> float:
    """Disks come in whole terabytes."""
    return ceil(value / 1e12) * 1e12


def blocks(file: Path, table: Callable[[Iterable[str], Iterable[Iterable[str]]], str]) -> dict[str, str]:
    """The blocks of docs/operate.md."""
    bench = Bench(file)
    return {
        "measured": table(("", "数", "怎么来的"), measured(bench)),
        "compared": table(("", "50 万人的镇", "2,000 万人的市"), compared(bench)),
        "town": town_in_words(bench),
        "machines": table(("2,000 万人的市", "机器", "为什么"), machines(bench)),
    }
