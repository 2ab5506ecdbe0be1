"""Commands about understanding: understand, route, train, evaluate."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bot.commands.shared import Command, pass_command, say_json, say_pretty, session_or_none
from models.ticket import Source
from nlp.reading.understanding import Understanding


def understood(seen: Understanding) -> dict[str, Any]:
    """The reading as programs read it (DESIGN 4)."""
    return {
        "intent": (seen.wish or seen.intent).value,
        "category": seen.category,
        "confidence": round(seen.confidence, 4),
        "also": list(seen.also),
        "urgent": seen.urgent,
        "red_flag": seen.red_flag or None,
        "danger_question": seen.danger_question or None,
        "place": asdict(seen.place) if seen.place else None,
        "parts": [asdict(part) for part in seen.parts],
        "item": seen.item or None,
        "sure": seen.sure,
        "times": list(seen.times),
    }


@click.command()
@click.argument("text", required=False)
@click.option("--jsonl", is_flag=True, help='从标准输入读 {"id","text"}，一行一个')
@pass_command
def understand(command: Command, text: str | None, *, jsonl: bool) -> None:
    """读懂一句话，给出 JSON。"""
    reader = command.reader()
    if not jsonl:
        if text is None:
            raise click.UsageError("请给一句话，或用 --jsonl 从标准输入读")
        say_json(understood(reader.understand(text)))
        return
    for number, line in enumerate(sys.stdin, start=1):
        try:
            row = json.loads(line)
            seen = reader.understand(row["text"])
        except (ValueError, KeyError, TypeError) as error:
            raise click.ClickException(f"标准输入第{number}行不是 {{id, text}}：{error}") from None
        say_json({"id": row.get("id"), **understood(seen)})


@click.command()
@click.argument("text")
@click.option("--lat", type=float, help="位置（GCJ-02，微信的坐标）")
@click.option("--lng", type=float)
@click.option("--source", type=click.Choice([each.value for each in Source]), default="chat", help="从哪里来的")
@pass_command
def route(command: Command, text: str, lat: float | None, lng: float | None, source: str) -> None:
    """一句话会派到哪个网格、哪个单位、什么时限；不建工单。"""
    from bot.assembly import utc_now
    from bot.installation.town_keeper import TownKeeper
    from handlers.what_if.preview import preview
    from handlers.world.coordinates import gcj_to_wgs
    from nlp.reading.reader import Reader

    settings = command.settings()
    towns = TownKeeper(settings, Reader.load(settings.path(settings.files.model)))
    at = gcj_to_wgs(lat, lng) if lat is not None and lng is not None else None
    with session_or_none(settings) as session:
        town = towns.current(session) if session else towns.known
        say_pretty(preview(session, town, text, utc_now(), at, Source(source)))


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="本地历史工单 CSV")
@click.option("--rollback", is_flag=True, help="换回上一个模型")
@pass_command
def train(command: Command, data: Path | None, *, rollback: bool) -> None:
    """用语料（和本地工单）训练模型；不比现在的差才换上。"""
    from bot.installation.database import is_current, open_database
    from bot.installation.learning import corrections, roll_back, train_model
    from models.sessions import reading_sessions

    settings = command.settings()
    if rollback:
        say_pretty(roll_back(settings))
        return
    engine = open_database(settings)
    with reading_sessions(engine)() as session:
        town = corrections(session) if is_current(engine) else []
    say_pretty(train_model(settings, data, town))


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="带标签的 JSONL")
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/evaluation"), help="报告放哪里")
@pass_command
def evaluate(command: Command, data: Path | None, out: Path) -> None:
    """量一量模型：准确率、各类、校准、覆盖曲线。"""
    from bot.installation.learning import evaluate_model

    say_pretty(evaluate_model(command.settings(), data, out))
