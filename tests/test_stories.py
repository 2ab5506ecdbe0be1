"""Whole conversations, as YAML that anybody can read: who says what, what they hear, how the ticket stands."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from chat import CAST
from click.testing import CliRunner
from dead_ends import Listening
from testbed import KINDS, NIGHTLY

from bot.__main__ import main
from bot.assembly import Program
from bot.commands import shared
from bot.demo.practices import demonstration_world
from handlers.dialogue.message import Kind
from handlers.timers.periodic_jobs import plan_chores
from handlers.town_import.importing import import_world

pytestmark = pytest.mark.slow

STORIES = sorted((Path(__file__).parent / "stories").glob("*.yaml"))
_KINDS = {"照片": Kind.IMAGE, "语音": Kind.VOICE, "视频": Kind.VIDEO}


@dataclass(frozen=True)
class Operator:
    """What is done to the town by files: its world, and the hotline's orders."""

    program: Program
    folder: Path

    def live_in_the_demonstration(self) -> None:
        """With a head of a house, points of patrols and those who are visited."""
        with self.program.sessions.begin() as session:
            import_world(session, demonstration_world())
        with self.program.reading() as session:
            self.program.towns.current(session)
        self.program.towns.settled()

    def take(self, orders: list[dict[str, str]]) -> str:
        file = self.folder / "orders.csv"
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            table = csv.DictWriter(opened, list(orders[0]))
            table.writeheader()
            table.writerows(orders)
        return self._run("import", file)

    def give_back(self) -> str:
        file = self.folder / "outcomes.csv"
        return self._run("export", file) + file.read_text("utf-8-sig")

    def _run(self, *arguments: object) -> str:
        return CliRunner().invoke(main, ["hotline", *map(str, arguments)]).output


def _has(text, wanted, what, names):
    for each in [wanted] if isinstance(wanted, str) else wanted:
        words = str(each).format_map(names)
        if words.startswith("无 "):
            assert words[2:] not in text, f"{what} should not hold {words[2:]!r}:\n{text}"
        else:
            assert words in text, f"{what} lacks {words!r}:\n{text}"


def _act(chat, clock, operator, step, names):
    match step:
        case {"过": minutes}:
            clock.turn(minutes=minutes)
            return
        case {"闹钟": _}:
            chat.timers_ring()
            return
        case {"日常": _}:
            with chat.program.sessions.begin() as session:
                plan_chores(session, clock.now)
            return
        case {"镇": "演示"}:
            operator.live_in_the_demonstration()
            return
        case {"热线": orders}:
            reply = operator.take(orders)
        case {"报回": _}:
            reply = operator.give_back()
        case {"谁": who, "说": text}:
            reply = chat.says(CAST[who], text.format_map(names))
        case {"谁": who, "发": kind} if kind in _KINDS:
            reply = chat.sends(CAST[who], _KINDS[kind], media_id="m1")
        case {"谁": who, "发位置": place}:
            reply = chat.sends(CAST[who], Kind.LOCATION, latitude=place[0], longitude=place[1], label=place[2])
        case {"谁": who, "做": deed}:
            reply = chat.does(CAST[who], *deed.split())
        case _:
            reply = ""
    if "听到" in step:
        _has(reply, step["听到"], f"the reply to {step}", names)
    if "不吭声" in step:
        assert reply == ""
    if "推送" in step:
        _has("\n".join(chat.pushed(CAST[step["谁"]])), step["推送"], f"what {step['谁']} was pushed", names)
    if "没有推送" in step:
        assert chat.pushed(CAST[step["谁"]]) == []


def _check(chat, step, names):
    tickets = chat.tickets()
    for count, ticket in enumerate(tickets, start=1):
        names["号"] = names[f"号{count}"] = ticket.number
    if "工单数" in step:
        assert len(tickets) == step["工单数"], f"tickets after {step}"
    of_steps = {name: each for name, each in step.items() if name.startswith("工单") and name != "工单数"}
    for which, wanted in of_steps.items():
        ticket = tickets[int(which.removeprefix("工单") or len(tickets)) - 1]
        for name, value in wanted.items():
            assert getattr(ticket, name) == value, f"{name} after {step}"


def _told() -> list[tuple[Path, str]]:
    """Every night each story on both databases; otherwise they take turns."""
    return [(story, kind) for count, story in enumerate(STORIES) for kind in (KINDS if NIGHTLY else [KINDS[count % 2]])]


@pytest.mark.parametrize(("story", "kind"), _told(), ids=lambda each: getattr(each, "stem", each), indirect=["kind"])
def test_a_story_goes_as_written(story, program, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(shared.Command, "program", lambda _self: program)
    chat, operator, names = Listening(program), Operator(program, tmp_path), {"号": ""}
    for step in yaml.safe_load(story.read_text(encoding="utf-8")):
        _act(chat, clock, operator, step, names)
        _check(chat, step, names)
