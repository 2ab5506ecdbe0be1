"""Finds out whether a picture of work was sent before, for any ticket of the last months."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.evidence.picture_prints import Print, candidates, is_copy
from models.picture_print import PicturePrint
from models.ticket import Attachment

_BACK = timedelta(days=400)
_PORTION = 2_000


def copied_from(session: Session, attachment: Attachment, mine: Print, now: datetime) -> int | None:
    """The id of the attachment that it copies: another ticket's, or one that the resident sent for the same ticket."""
    own_work = (Attachment.ticket_id == attachment.ticket_id) & Attachment.of_work
    others = (Attachment.id != attachment.id) & Attachment.ticket_id.is_not(None) & ~own_work
    known = select(PicturePrint.attachment_id, PicturePrint.hashes).join(Attachment)
    found = known.where(others, PicturePrint.created_at > now - _BACK).execution_options(yield_per=_PORTION)
    for candidate in candidates(mine, _portions(session.execute(found).partitions())):
        grey = session.scalar(select(PicturePrint.grey).where(PicturePrint.attachment_id == candidate.id))
        if grey and is_copy(mine, candidate, grey):
            return candidate.id
    return None


def _portions(partitions: Iterator[Sequence[tuple[int, bytes]]]) -> Iterator[list[tuple[int, bytes]]]:
    for rows in partitions:
        yield [(number, hashes) for number, hashes in rows]
