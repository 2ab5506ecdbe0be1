"""Runs the parts, prints the table, writes JSON and the chart."""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.bench.budgets import budgets
from bot.bench.command_times import asking
from bot.bench.databases import databases
from bot.bench.messages import ENVIRONMENT
from bot.bench.parts import Bench, Part
from bot.bench.practices import between
from bot.bench.result_lines import Line
from bot.bench.servers import ROOT
from bot.bench.single_steps import pushing, routing, understanding
from bot.bench.slow_bodies import slow_bodies
from bot.bench.whole_path import burst, starting, whole_path
from bot.installation.keys import key_ring
from bot.installation.learning import model_is_ready, train_model
from bot.installation.settings import Settings, load_settings
from models import encrypted_columns

PARTS: dict[str, Part] = {
    "path": whole_path,
    "burst": burst,
    "server": slow_bodies,
    "understanding": understanding,
    "routing": routing,
    "pushing": pushing,
    "asking": asking,
    "between": between,
    "starting": starting,
    "budgets": budgets,
}


def run(file: Path | None, only: Sequence[str], *, full: bool) -> None:
    """Runs all parts, or those named, in one run."""
    unknown = set(only) - set(PARTS)
    if unknown:
        raise click.ClickException(f"没有“{'、'.join(unknown)}”这一项，只有：{'、'.join(PARTS)}")
    os.environ.update(ENVIRONMENT)
    settings = load_settings(ROOT / "config.yaml")
    encrypted_columns.use(key_ring(settings))
    lines = _measured(settings, [PARTS[name] for name in (only or PARTS)], full=full)
    if file:
        file.write_text(json.dumps(_report(lines, full=full), ensure_ascii=False, indent=1) + "\n", "utf-8")
    if not only:
        _write_picture(lines)


def _measured(settings: Settings, parts: Sequence[Part], *, full: bool) -> list[Line]:
    model = settings.path(settings.files.model)
    if not model_is_ready(settings):
        click.echo("训练模型……", err=True)
        train_model(settings)
    lines = []
    # A short path: it holds PostgreSQL's socket, whose path may have at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="whistle") as folder, databases(Path(folder)) as made:
        bench = Bench(made, Path(folder), model.resolve(), full)
        for part in parts:
            for line in part(bench):
                lines.append(line)
                click.echo("  ".join(cell for cell in line.cells() if cell))
    return lines


def _report(lines: Sequence[Line], *, full: bool) -> dict[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
        "full": full,
        "lines": [line.as_json() for line in lines],
    }


def _write_picture(lines: Sequence[Line]) -> None:
    from bot.bench.growth_chart import draw

    if draw(lines, ROOT / "docs" / "bench.png"):
        click.echo("docs/bench.png")


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {sys.version.split()[0]}"
