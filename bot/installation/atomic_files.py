"""Files that are there whole or not at all, for the eyes of their owner: most of them hold what residents said."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bot.installation.operator_errors import of_file


@contextmanager
def whole_or_not_at_all(target: Path) -> Iterator[Path]:
    """Where to write. It takes the target's place once it is whole and on the disk; until then what was there stays."""
    with tempfile.NamedTemporaryFile(
        dir=target.absolute().parent, prefix=f"{target.name}.", suffix=".part", delete=False
    ) as made:
        part = Path(made.name)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def for_the_operator(target: Path) -> Iterator[Path]:
    """The same for a file that somebody named at the command line, who is told what is wrong with it."""
    try:
        with whole_or_not_at_all(target) as part:
            yield part
    except OSError as error:
        raise click.ClickException(f"写不了 {target}：{of_file(error)}") from None
