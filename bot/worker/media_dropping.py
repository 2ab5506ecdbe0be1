"""Deletes a photo or voice whose time is over, or whose owner asked for it."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.push import Outcome, Timer
from models.ticket import Attachment


def drop_media(session: Session, folder: Path, timer: Timer, now: datetime) -> None:
    """The file goes with the last attachment that it belongs to: the same picture twice is one file."""
    attachment = session.get(Attachment, timer.subject_id or 0)
    if attachment is None or not attachment.stored:
        timer.finish(Outcome.DROPPED, now, "no file")
        return
    others = select(Attachment.id).where(Attachment.stored == attachment.stored, Attachment.id != attachment.id)
    if session.scalar(others.limit(1)) is None:
        (folder / attachment.stored).unlink(missing_ok=True)
    attachment.stored = ""
    timer.finish(Outcome.DONE, now)
