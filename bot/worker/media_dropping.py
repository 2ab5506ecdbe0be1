"""Deletes photos and voices after their retention time, or at their sender's request."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.evidence.storage import MediaStorage, delete_all
from models.picture_print import PicturePrint
from models.push import Outcome, Timer
from models.ticket import Attachment


def drop_media(session: Session, shelf: MediaStorage, timer: Timer, now: datetime) -> None:
    """The file is deleted with its last attachment, because the same picture is stored once."""
    attachment = session.get(Attachment, timer.subject_id or 0)
    if attachment is None or not attachment.stored:
        timer.finish(Outcome.DROPPED, now, "no file")
        return
    others = select(Attachment.id).where(Attachment.stored == attachment.stored, Attachment.id != attachment.id)
    if session.scalar(others.limit(1)) is None:
        delete_all(shelf, attachment.stored)
    session.execute(delete(PicturePrint).where(PicturePrint.attachment_id == attachment.id))
    attachment.stored = ""
    timer.finish(Outcome.DONE, now)
