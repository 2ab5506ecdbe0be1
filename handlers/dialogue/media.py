"""Photos, voices and videos: stored at once, downloaded by a timer before WeChat deletes them."""

from datetime import timedelta

from sqlalchemy import select

from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind
from models.deferred_inserts import append
from models.push import Timer
from models.ticket import Attachment


def hold(context: Context) -> Attachment:
    """Store an attachment that belongs to no ticket yet, and schedule its download."""
    message = context.message
    attachment = Attachment(
        person_id=context.person.id,
        kind=message.kind.value,
        media_id=message.media_id,
        fields={"url": message.media_url} if message.media_url else {},
        created_at=context.now,
    )
    context.session.add(attachment)
    context.session.flush()
    append(
        context.session,
        Timer,
        key=f"fetch_media:{attachment.id}",
        kind="fetch_media",
        subject_id=attachment.id,
        due_at=context.now,
        created_at=context.now,
    )
    return attachment


NAMES = {Kind.IMAGE: "照片", Kind.VIDEO: "视频", Kind.VOICE: "语音"}


def waiting(context: Context) -> tuple[int, ...]:
    """Attachments that this person sent earlier and that belong to no ticket yet.

    A resident's photo waits `waits_for_words`: sent in the morning, it goes with the words of the evening. Staff send
    many photos of different things, so theirs wait only `question_minutes`.
    """
    if not context.holds_media and context.message.kind is Kind.TEXT:  # this message may be one itself
        return ()
    habits = context.town.habits
    patience = timedelta(minutes=habits.question_minutes) if context.person.is_staff else habits.waits_for_words
    since = context.now - patience
    mine = (Attachment.person_id == context.person.id) & Attachment.ticket_id.is_(None)
    return tuple(context.session.scalars(select(Attachment.id).where(mine, Attachment.created_at >= since)))
