"""Photos and voices on disk, named by what is in them: the same picture twice is one file."""

import hashlib
from pathlib import Path

from bot.installation.whole_files import whole_or_not_at_all

_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "audio/amr": ".amr", "video/mp4": ".mp4"}


def keep(folder: Path, content: bytes, content_type: str) -> str:
    """Write it once, whole or not at all; returns its name below the folder."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"{digest[:2]}/{digest}{_ENDINGS.get(content_type.partition(';')[0].strip().lower(), '.bin')}"
    target = folder / name
    if target.exists():
        return name
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_or_not_at_all(target) as part:
        part.write_bytes(content)
    return name
