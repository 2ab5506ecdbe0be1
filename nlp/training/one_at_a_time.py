"""One training at a time in a folder of models: two would write the same version and take over from each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class TrainingNowError(Exception):
    """Another process is training into the same folder."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder; the system releases it when a process dies, so that no lock is ever left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".training", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise TrainingNowError(f"{folder} 正在训练，等它结束再来") from error
    try:
        yield
    finally:
        lock.release()
