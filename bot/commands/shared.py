"""What all commands share: the configuration, the assembled program, and JSON on stdout."""

import gc
import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bot.assembly import Program
    from bot.installation.settings import Settings
    from nlp.reading.reader import Reader


_LOCK_WAIT_SECONDS = 30.0


@contextmanager
def loading() -> Iterator[None]:
    """Pauses garbage collection while loading: it would find nothing and take a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@dataclass(frozen=True, slots=True)
class Command:
    """Created by the command group and passed to each command."""

    config: Path

    def settings(self, **overrides: Any) -> "Settings":  # noqa: ANN401  (pydantic checks them)
        from bot.installation.settings import load_settings

        return load_settings(self.config, **overrides)

    def program(self) -> "Program":
        """The program for one command; it waits for locks as long as a person would wait."""
        with loading():
            from bot.assembly import assemble

            return assemble(self.settings(), lock_wait_seconds=_LOCK_WAIT_SECONDS)

    def reader(self) -> "Reader":
        """The model in use, with the town's places. It loads quickly, without the rest of the program.

        Without a database it knows no places, and stderr says so.
        """
        with loading():
            from nlp.reading.reader import Reader

            settings = self.settings()
            with session_or_none(settings) as session:
                if session is None:
                    return Reader.load(settings.path(settings.files.model))
                from handlers.world.world import load_world

                return Reader.load(settings.path(settings.files.model), load_world(session).gazetteer)


@contextmanager
def session_or_none(settings: "Settings") -> Iterator["Session | None"]:
    """A session; None, with a line on stderr, if there is no database."""
    from sqlalchemy.exc import OperationalError

    from bot.installation.config_problems import ConfigError
    from bot.installation.database import open_current
    from models.sessions import reading_sessions

    try:
        engine = open_current(settings, _LOCK_WAIT_SECONDS)
    except (ConfigError, OperationalError) as error:
        why = str(error.orig if isinstance(error, OperationalError) else error).splitlines()[0]
        click.echo(f"没有数据库可读（{why}）：地点、网格、单位都不认得", err=True)
        yield None
        return
    with reading_sessions(engine)() as session:
        yield session


pass_command = click.make_pass_decorator(Command)


def operator() -> str:
    """The user of the command line, for the read log."""
    try:
        return f"命令行 {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return "命令行"


def moment(text: str) -> datetime:
    """Parses an ISO 8601 moment; the default zone is China's."""
    from models.ticket import CHINA

    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"“{text}”不是时间，应像 2026-11-21 或 2026-11-21T09:00:00+08:00") from None
    return read if read.tzinfo else read.replace(tzinfo=CHINA)


def say_json(value: Any) -> None:  # noqa: ANN401  (whatever JSON holds)
    """One JSON document a line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def say_pretty(value: Any) -> None:  # noqa: ANN401
    """Prints indented JSON for people."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
