"""What all commands share: the configuration, the assembled program, and JSON on stdout."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bot.assembly import Program, assemble
from bot.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Command:
    """Made by the group, given to every command."""

    config: Path

    def settings(self, **overrides: Any) -> Settings:  # noqa: ANN401  (pydantic checks them)
        return load_settings(self.config, **overrides)

    def program(self) -> Program:
        return assemble(self.settings())


pass_command = click.make_pass_decorator(Command)


def say_json(value: Any) -> None:  # noqa: ANN401  (whatever JSON holds)
    """One JSON document a line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def say_pretty(value: Any) -> None:  # noqa: ANN401
    """JSON for people's eyes."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
