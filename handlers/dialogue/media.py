"""Photos, voices and videos that residents send: kept at once, fetched by a timer before WeChat forgets them."""

from datetime import timedelta

from sqlalchemy import select

from handlers.dialogue.context import Context
from handlers.dialogue.message import Kind
from models.appending import append
from models.push import Timer
from models.ticket import Attachment


def hold(context: Context) -> Attachment:
    """Keep an attachment that belongs to no ticket yet, and have it fetched."""
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
    """Attachments that this person sent before and that belong to no ticket.

    Residents' wait a day for their words, like a report that lacks its place: who sends a photo in the morning and
    writes in the evening needn't send it twice. Staff send many, and soon of something else.
    """
    if not context.holds_media and context.message.kind is Kind.TEXT:  # else this very message may be one
        return ()
    habits = context.town.habits
    patience = timedelta(minutes=habits.question_minutes) if context.person.is_staff else habits.waits_for_words
    since = context.now - patience
    mine = (Attachment.person_id == context.person.id) & Attachment.ticket_id.is_(None)
    return tuple(context.session.scalars(select(Attachment.id).where(mine, Attachment.created_at >= since)))
