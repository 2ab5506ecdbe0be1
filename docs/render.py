"""Writes the parts of the documentation that follow from the program: commands, moves. `make docs` runs it.

A block stands between `<!-- name -->` and `<!-- /name -->`; what is in it is never written by hand. A test compares.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from bot.__main__ import COMMANDS as COMMAND_LINE
from bot.__main__ import command
from bot.bench.result_lines import Line, markdown
from docs import faults, growth
from docs.targets import missed
from handlers.answering.router_order import COMMANDS
from handlers.notifications.ticket_text import CLOSING_NAMES, ROLE_NAMES, STATUS_NAMES
from models.person import OVERSEERS, STAFF, Role
from models.status_moves import MOVES, Closing, Move, Status

ROOT = Path(__file__).parents[1]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown. A bar inside a cell would end it."""
    lines = [list(head), ["---"] * len(list(head)), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def cli() -> str:
    """Every command of `python -m bot`."""
    found = ((_usage(name, command(name)), command(name).get_short_help_str(200)) for name in COMMAND_LINE)
    return table(("python -m bot …", "做什么"), ((f"`{usage}`", about) for usage, about in found))


def _usage(name: str, command: click.Command) -> str:
    arguments = [each.human_readable_name.upper() for each in command.params if isinstance(each, click.Argument)]
    options = [f"[{each.opts[0]}]" for each in command.params if isinstance(each, click.Option)]
    return " ".join((name, *arguments, *options))


def chat() -> str:
    """Every command that somebody may write to the account, by who may."""
    audiences = (("居民", {Role.RESIDENT}), ("网格员、物业、部门", STAFF), ("督导、管理员", OVERSEERS))
    rows = (
        (who, *_parted(command.help), "、".join(command.words[1:]))
        for who, roles in audiences
        for command in COMMANDS
        if command.roles & frozenset(roles)
    )
    return table(("谁", "发什么", "做什么", "也可以说"), rows)


def _parted(line: str) -> tuple[str, str]:
    what, _, about = line.partition("：")
    return f"`{what}`", about


def moves() -> str:
    """The table of moves."""
    head = ("动作", "代码", "从", "到", "谁可以", "要说原因", "结案方式")
    return table(head, (_move(move) for move in MOVES.values()))


def _move(move: Move) -> tuple[str, ...]:
    everywhere = move.sources == frozenset(Status)
    sources = "任何状态" if everywhere else "、".join(STATUS_NAMES[each] for each in Status if each in move.sources)
    target = STATUS_NAMES[move.target] if move.target else "不变"
    who = (
        "任何人"
        if move.roles == frozenset(Role)
        else "、".join(ROLE_NAMES[each] for each in Role if each in move.roles)
    )
    endings = (f"{ROLE_NAMES[role]}：{_closings(kinds)}" for role, kinds in move.closings.items())
    return (move.label, f"`{move.name}`", sources, target, who, "要" if move.needs_reason else "", "；".join(endings))


def _closings(kinds: Iterable[Closing]) -> str:
    return "、".join(CLOSING_NAMES[kind] for kind in Closing if kind in set(kinds))


_IN_CHINESE = (
    (r"^the program, (\w+), ([\d,]+) tickets$", r"整条路，\1，已有 \2 张工单"),
    (r"^the program, (\w+)$", r"整条路，\1"),
    (r"^the floor: .*, (\w+)$", r"底线（同样的行数用手写的 SQL，不作任何判断），\1"),
    (r"^burst of ([\d,]+) in (\d+) s, (\w+): without an answer in 5 s$", r"\2 秒里来 \1 条，\3：5 秒内没有回复的"),
    (r"^burst of ([\d,]+) in (\d+) s, (\w+): not in the database$", r"\2 秒里来 \1 条，\3：库里没有的"),
    (r"^understand: everything$", "读懂一句话（类别、地点、危险、意图）"),
    (r"^start to first answer, (\w+)$", r"启动到第一个回答，\1"),
    (r"^heaviest web process, (\w+)$", r"最重的网页进程，\1"),
)
_COMPARED = {
    "Flask + wechatpy echo, safe mode": "空的 Flask + wechatpy ",
    "no tickets": "没有工单时",
    "scikit-learn": "scikit-learn ",
}


def bench() -> str:
    """What `make bench` measured last, as far as there is a target; and the floor, which says what can be reached."""
    lines = json.loads((ROOT / "docs" / "bench.json").read_text("utf-8"))["lines"]
    return table(
        ("", "量得", "", "相比", "目标"),
        (_measured(line) for line in lines if "target" in line or "floor" in line["what"]),
    )


def _measured(line: Mapping[str, Any]) -> tuple[str, ...]:
    known = [re.sub(old, new, line["what"]) for old, new in _IN_CHINESE if re.search(old, line["what"])]
    against = _COMPARED.get(line.get("against", ""), line.get("against", ""))
    ratio = f"{against}的 {line['ratio']:.2f} 倍" if "ratio" in line else ""
    value = f"{line['value']:,.4g} {line['unit']}"
    return (known[0] if known else line["what"], value, line.get("more", ""), ratio, line.get("target", ""))


def measured() -> str:
    """Everything that was measured, on which machine and when."""
    report = json.loads((ROOT / "docs" / "bench.json").read_text("utf-8"))
    lines = [Line(**line) for line in report["lines"]]
    how = "`make bench FULL=--full`" if report["full"] else "`make bench`"
    return f"{report['machine']}, {report['at'][:10]}, {how}, all in one run.\n\n{markdown(lines)}"


def misses() -> str:
    """The targets that were not met."""
    return table(("没达到的", "目标", "量得"), ((line["what"], line["target"], _told(line)) for line in missed()))


def _told(line: Mapping[str, Any]) -> str:
    ratio = f"（{line['ratio']:.2f} 倍）" if "ratio" in line else ""
    return "，".join(part for part in (f"{line['value']:,.4g} {line['unit']}{ratio}", line.get("more", "")) if part)


FILES: Mapping[str, Mapping[str, str]] = {
    "docs/commands.md": {"chat": chat(), "cli": cli()},
    "docs/bench.md": {"targets": bench(), "missed": misses(), "measured": measured()},
    "docs/moves.md": {"moves": moves()},
    "docs/faults.md": {"matrix": faults.matrix(table)},
    "docs/operate.md": growth.blocks(ROOT / "docs" / "bench.json", table),
}


def rendered(file: str) -> str:
    """The file's text with its blocks as they should be."""
    text = (ROOT / file).read_text("utf-8")
    for name, block in FILES[file].items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        text, found = pattern.subn(lambda parts, block=block: f"{parts[1]}{block}{parts[2]}", text)
        if found != 1:
            raise SystemExit(f"{file}: no block {name}")
    return text


if __name__ == "__main__":
    for name in FILES:
        (ROOT / name).write_text(rendered(name), "utf-8")
