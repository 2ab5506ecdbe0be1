"""What all commands share: the configuration, the assembled program, and JSON on stdout."""

import getpass
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot.assembly import Program, assemble
from bot.installation.settings import Settings, load_settings
from models.ticket import CHINA

_LOCK_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Command:
    """Made by the group, given to every command."""

    config: Path

    def settings(self, **overrides: Any) -> Settings:  # noqa: ANN401  (pydantic checks them)
        return load_settings(self.config, **overrides)

    def program(self) -> Program:
        """For one command: it waits for a lock as long as a person does."""
        return assemble(self.settings(), lock_wait_seconds=_LOCK_WAIT_SECONDS)


pass_command = click.make_pass_decorator(Command)


def operator() -> str:
    """Who is at the command line, for the read log."""
    try:
        return f"命令行 {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return "命令行"


def moment(text: str) -> datetime:
    """An ISO 8601 moment; without a zone it is China's."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"“{text}”不是时间，应像 2026-11-21 或 2026-11-21T09:00:00+08:00") from None
    return read if read.tzinfo else read.replace(tzinfo=CHINA)


def say_json(value: Any) -> None:  # noqa: ANN401  (whatever JSON holds)
    """One JSON document a line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def say_pretty(value: Any) -> None:  # noqa: ANN401
    """JSON for people's eyes."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
