"""What a process of its own does in a test: the whole program over the same database, answering one message."""

from pathlib import Path

from bot.assembly import assemble
from bot.installation.settings import load_settings

CONFIG = Path(__file__).parents[2] / "config.yaml"


def answer(url, message, now, barrier, replies):
    program = assemble(load_settings(CONFIG, database={"url": url}), lambda: now)
    barrier.wait(60)
    try:
        replies.put(program.answering.answer(message))
    finally:
        program.engine.dispose()
