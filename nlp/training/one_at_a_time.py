"""One training at a time in a folder of models: two would write the same version and take over from each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class TrainingNowError(Exception):
    """Another process is training into the same folder."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder; the system itself lets go of it when a process dies, so that no lock is ever left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".training").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TrainingNowError(f"{folder} 正在训练，等它结束再来") from error
        yield
