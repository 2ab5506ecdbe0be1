"""Send an announcement at its time: write a push for every recipient."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.announcements.recipients import residents
from handlers.notifications import ticket_text
from handlers.notifications.push_rules import RESIDENT_TEMPLATE
from handlers.town.town import Town
from models.announcement import Announcement
from models.deferred_inserts import append
from models.person import Person
from models.push import Push, Rank, Timer

SEND = "send_notice"
EVENT = "notice"


def send(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    """Write the pushes, once, unless the announcement is over or cancelled."""
    notice = session.get(Announcement, timer.subject_id) if timer.subject_id else None
    if notice is None or notice.cancelled_at or notice.sent_at or notice.ends_at <= now:
        return
    people = session.scalars(select(Person.id).where(residents(notice.places, notice.building))).all()
    values: dict[str, Any] = {
        "event": EVENT,
        "text": town.say("push.notice", text=notice.text),
        "template": RESIDENT_TEMPLATE,
    }
    values |= {"rank": Rank.NEWS, "fields": _card(town, notice), "due_at": now, "created_at": now}
    for person in people:
        append(session, Push, key=f"{EVENT}:{notice.id}:{person}", person_id=person, **values)
    notice.sent_at, notice.reached = now, len(people)


def _card(town: Town, notice: Announcement) -> dict[str, str]:
    what = town.catalogue.name(notice.category, notice.item)
    facts = {"happened": town.say("card.notice", what=what), "what": what, "words": notice.text}
    facts |= {"where": notice.where, "number": f"{notice.id}", "status": town.say("notices.card")}
    return facts | {"due": ticket_text.stamp(notice.starts_at)}
