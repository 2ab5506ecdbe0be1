"""Files that are written completely or not at all, readable only by their owner: most contain residents' words."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bot.installation.operator_errors import of_file


@contextmanager
def whole_or_not_at_all(target: Path) -> Iterator[Path]:
    """A path to write to. It replaces the target at the end, after it is on the disk; on errors the old file stays."""
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
    """The same for a file named at the command line: errors become a ClickException for the operator."""
    try:
        with whole_or_not_at_all(target) as part:
            yield part
    except OSError as error:
        raise click.ClickException(f"写不了 {target}：{of_file(error)}") from None
