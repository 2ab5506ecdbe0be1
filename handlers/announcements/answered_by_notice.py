"""While an announcement is in force, reports about it are answered with it and counted, not filed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.notifications import ticket_text
from handlers.tickets.draft import Draft
from handlers.town.town import Town
from models.announcement import Announcement, AnnouncementAnswer
from models.deferred_inserts import append

_ON = Announcement.confirmed_at.is_not(None) & Announcement.cancelled_at.is_(None)


def answered_by_notice(context: Context, draft: Draft) -> Reply | None:
    """The reply if an announcement covers the report; None for dangers and other problems, which are filed."""
    if not context.notice_on or draft.red_flag or draft.place_id is None:
        return None
    notice = _covering(context.session, context.town, context.now, draft, _items(context, draft))
    if notice is None:
        return None
    append(context.session, AnnouncementAnswer, announcement_id=notice.id, person_id=context.person.id, at=context.now)
    values = {"where": notice.where, "what": context.town.catalogue.name(notice.category, notice.item)}
    ends = ticket_text.moment(notice.ends_at, context.now)
    return Reply(context.say("notices.answered", text=notice.text, ends=ends, **values))


def _items(context: Context, draft: Draft) -> set[str]:
    """The sub-items of the report; a draft of a question such as 「几点来水」 has none, so the reading's counts too."""
    seen = context.understanding
    return {draft.item, seen.item if seen else ""} - {""}


def _covering(session: Session, town: Town, now: datetime, draft: Draft, items: set[str]) -> Announcement | None:
    on = _ON & (Announcement.starts_at <= now) & (Announcement.ends_at > now)
    for notice in session.scalars(select(Announcement).where(on).order_by(Announcement.id.desc())):
        there = draft.place_id in notice.places and (draft.building in {"", notice.building} or not notice.building)
        if there and _is_about(town, notice, draft, items):
            return notice
    return None


def _is_about(town: Town, notice: Announcement, draft: Draft, items: set[str]) -> bool:
    """Whether the report is about the announced problem: by words of the outage, else by the reading."""
    if town.joining.is_outage(notice.item, draft.text):
        return True
    same = notice.item in items if notice.item else draft.category == notice.category
    return same and not draft.danger_question
