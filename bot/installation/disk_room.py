"""The room that is left where the program writes: on a full disk no message is taken in, nor counted as refused."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine

from bot.installation.settings import Settings

NEEDED = 16 << 20
"""Bytes: some hundred messages, and SQLite's log of them before it is taken into the file"""
LITTLE = 1 << 30


def written_folders(settings: Settings, engine: Engine) -> Mapping[str, Path]:
    """Where photos are kept and where the database is, if these are files of ours."""
    folders = {"media": existing(folder)} if (folder := settings.media_folder) else {}
    if engine.dialect.name == "sqlite" and engine.url.database:
        folders["database"] = existing(Path(engine.url.database).parent)
    return folders


def existing(folder: Path) -> Path:
    """The folder, or what it will be made in."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())


def free_bytes(folder: Path) -> int:
    """What may still be written there."""
    return shutil.disk_usage(folder).free


def is_full(settings: Settings, engine: Engine) -> bool:
    """No message could be taken in."""
    folder = written_folders(settings, engine).get("database")
    return folder is not None and free_bytes(folder) < NEEDED
