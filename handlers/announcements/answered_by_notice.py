"""While an announcement is in force, reports about it are answered with it and counted, not filed."""

from sqlalchemy import select

from handlers.announcements.about import is_about
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.notifications import ticket_text
from handlers.tickets.draft import Draft
from models.announcement import Announcement, AnnouncementAnswer
from models.deferred_inserts import append
from nlp.reading.understanding import Understanding

_ON = Announcement.confirmed_at.is_not(None) & Announcement.cancelled_at.is_(None)


def answered_by_notice(context: Context, draft: Draft) -> Reply | None:
    """The reply if an announcement covers the report; None for dangers and other problems, which are filed."""
    notice = covering(context, draft)
    return told(context, notice) if notice else None


def told(context: Context, notice: Announcement) -> Reply:
    """The announcement as the answer; counted."""
    append(context.session, AnnouncementAnswer, announcement_id=notice.id, person_id=context.person.id, at=context.now)
    values = {"where": notice.where, "what": context.town.catalogue.name(notice.category, notice.item)}
    ends = ticket_text.moment(notice.ends_at, context.now)
    return Reply(context.say("notices.answered", text=notice.text, ends=ends, **values))


def covering(context: Context, draft: Draft) -> Announcement | None:
    """The newest announcement in force at the draft's place that the draft's words are about."""
    if not context.notice_on or draft.red_flag or draft.danger_question or draft.place_id is None:
        return None
    on = _ON & (Announcement.starts_at <= context.now) & (Announcement.ends_at > context.now)
    found = context.session.scalars(select(Announcement).where(on).order_by(Announcement.id.desc()))
    there = [notice for notice in found if _is_there(notice, draft)]
    seen = _reading(context, draft.text) if there else None
    return next((notice for notice in there if seen and is_about(context.town, notice, seen)), None)


def _is_there(notice: Announcement, draft: Draft) -> bool:
    return draft.place_id in notice.places and (draft.building in {"", notice.building} or not notice.building)


def _reading(context: Context, text: str) -> Understanding:
    seen = context.understanding
    return seen if seen and seen.text == text else context.town.reader.understand(text)
