"""Locks a folder of models for one training: two would write the same version and overwrite each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class TrainingNowError(Exception):
    """Another process is training into the same folder."""


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Holds the folder's lock; the system releases it when the process dies."""
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
