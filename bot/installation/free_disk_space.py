"""Free space where the program writes: on a full disk, messages could be neither stored nor counted as refused."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine

from bot.installation.settings import Settings

NEEDED = 16 << 20
"""Bytes: enough for some hundred messages, and SQLite's write-ahead log of them"""
LITTLE = 1 << 30


def written_folders(settings: Settings, engine: Engine) -> Mapping[str, Path]:
    """The folders of photos and of the database, if these are local files."""
    folders = {"media": existing(folder)} if (folder := settings.media_folder) else {}
    if engine.dialect.name == "sqlite" and engine.url.database:
        folders["database"] = existing(Path(engine.url.database).parent)
    return folders


def existing(folder: Path) -> Path:
    """The folder, or the nearest parent that exists."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())


def free_bytes(folder: Path) -> int:
    """Free space there."""
    return shutil.disk_usage(folder).free


def is_full(settings: Settings, engine: Engine) -> bool:
    """Whether there is too little space to store messages."""
    folder = written_folders(settings, engine).get("database")
    return folder is not None and free_bytes(folder) < NEEDED
