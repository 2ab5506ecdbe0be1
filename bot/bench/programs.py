"""The program's parts in this process, on a benchmark database."""

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.assembly import Clock, Program, assemble, utc_now
from bot.bench.messages import ENVIRONMENT
from bot.bench.parts import Bench
from bot.bench.servers import ROOT
from bot.installation.settings import load_settings
from handlers.dialogue.message import Kind, Message

_numbers = itertools.count(time.time_ns())


@contextmanager
def program_on(
    bench: Bench,
    url: str,
    clock: Clock = utc_now,
    **overrides: Any,  # noqa: ANN401  (pydantic checks them)
) -> Iterator[Program]:
    """The program, assembled with the shipped configuration."""
    os.environ.update(ENVIRONMENT)
    files = {"model": bench.model, "media": bench.folder / "media"}
    program = assemble(load_settings(ROOT / "config.yaml", database={"url": url}, files=files, **overrides), clock)
    try:
        yield program
    finally:
        program.engine.dispose()


def say(program: Program, openid: str, text: str) -> str:
    """Processes one message completely: read, answered, committed."""
    return program.answering.answer(Message(f"bench|{next(_numbers)}", openid, Kind.TEXT, program.clock(), text))
