"""「通知 德尚小区 明天9-12点停水 检修」: preview with the number of recipients, confirm twice, send at its time."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from handlers.announcements.draft import NoticeDraft, lasts, may_announce, places_named, timed
from handlers.announcements.recipients import how_many
from handlers.announcements.send import SEND
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.own_word import wanted_word
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.notifications import ticket_text
from handlers.town.wording_examples import a_place
from models.announcement import Announcement, AnnouncementAnswer
from models.deferred_inserts import append
from models.person import OVERSEERS, STAFF
from models.push import Timer
from models.ticket import CHINA
from nlp.answers.when import read_when

router = Router("notices")
ANNOUNCE = Command(
    ("通知",), roles=STAFF | OVERSEERS, help="通知 小区 明天9-12点停水 检修：提前告诉住户，可加“定时 明早8点”"
)
CANCEL = Command(
    ("撤通知", "取消通知"), roles=STAFF | OVERSEERS, help="撤通知：撤回您最近发的一条通知", wants_words=False
)
_SHOWN = 5
_NEWEST = Announcement.id.desc()


@router.command(ANNOUNCE)
def announce(context: Context) -> Reply:
    """Show the preview; nothing is sent yet."""
    if not context.rest:
        return _standing(context)
    words, send_at = timed(context.rest, context.now)
    seen = context.town.reader.understand(words)
    places, building = places_named(context.town, words, seen)
    when = read_when(words, context.now.astimezone(CHINA))
    if not places or when is None:
        key = "notices.how" if not places else "notices.when"
        return Reply(context.say(key, place=a_place(context.town)), keep=True)
    if not all(may_announce(context.town, context.person, place) for place in places):
        return Reply(context.say("notices.not_yours"), keep=True)
    starts, ends = lasts(when)
    if ends <= context.now:
        return Reply(context.say("notices.is_over"), keep=True)
    where = "、".join(dict.fromkeys(place.name for place in places))
    draft = NoticeDraft(
        text=words,
        places=tuple(place.id for place in places),
        where=ticket_text.address(where, building, "", "") if building else where,
        building=building,
        category=seen.category,
        item=seen.item,
        starts_at=starts.isoformat(),
        ends_at=ends.isoformat(),
        send_at=context.town.quiet_hours.wait(send_at or context.now).isoformat(),
    )
    return _preview(context, draft)


def _preview(context: Context, draft: NoticeDraft) -> Reply:
    everybody, lately = how_many(context.session, draft.places, draft.building, context.now)
    send_at = datetime.fromisoformat(draft.send_at)
    at = ticket_text.moment(send_at, context.now) if send_at > context.now else context.say("notices.at_once")
    values = {"text": _told(context, draft), "count": everybody, "lately": lately, "at": at}
    return Reply(context.say("notices.preview", **values), Asks.NOTICE, draft.slots())


@router.on(in_state(Asks.NOTICE))
def previewed(context: Context) -> Reply | None:
    """1 asks for the confirming word, because sending can't be undone. 2 cancels."""
    if context.number is None:
        return None
    if context.number == 1:
        return Reply(context.say("notices.left"))
    everybody, _ = how_many(context.session, context.slots["places"], context.slots["building"], context.now)
    sure = context.say("notices.sure" if everybody else "notices.sure_for_reports", count=everybody)
    return Reply(sure, Asks.NOTICE_SURE, context.slots)


@router.on(in_state(Asks.NOTICE_SURE))
def confirmed(context: Context) -> Reply | None:
    """Store and schedule the announcement, only on the exact confirming word."""
    said, instead = wanted_word(context, context.say("notices.word"), context.say("notices.left"))
    if not said:
        return instead
    draft = NoticeDraft(**{**context.slots, "places": tuple(context.slots["places"])})
    notice = Announcement(
        **{name: getattr(draft, name) for name in ("where", "building", "category", "item")},
        text=_told(context, draft),
        places=list(draft.places),
        written_by=context.person.id,
        written_at=context.now,
        confirmed_at=context.now,
        **{name: datetime.fromisoformat(getattr(draft, name)) for name in ("starts_at", "ends_at", "send_at")},
        reached=0,
    )
    context.session.add(notice)
    context.session.flush()
    key = f"{SEND}:{notice.id}"
    due = {"due_at": max(notice.send_at, context.now), "created_at": context.now}
    append(context.session, Timer, key=key, kind=SEND, subject_id=notice.id, **due)
    at = ticket_text.moment(notice.send_at, context.now) if notice.send_at > context.now else ""
    return Reply(context.say("notices.confirmed_later" if at else "notices.confirmed", at=at))


@router.command(CANCEL)
def cancel(context: Context) -> Reply:
    """Cancel the latest announcement: it is not sent, if not sent yet, and reports are filed again."""
    notice = context.session.scalar(select(Announcement).where(_mine(context)).order_by(_NEWEST).limit(1))
    if notice is None:
        return Reply(context.say("notices.nothing_to_cancel"), keep=True)
    notice.cancelled_at = context.now
    key = "notices.cancelled_late" if notice.sent_at else "notices.cancelled"
    return Reply(context.say(key, text=notice.text, count=notice.reached))


def _told(context: Context, draft: NoticeDraft) -> str:
    """The announcement as residents read it: the writer's words, with full times."""
    starts, ends = (datetime.fromisoformat(each) for each in (draft.starts_at, draft.ends_at))
    hours = context.say(
        "notices.hours", starts=ticket_text.moment(starts, context.now), ends=ticket_text.moment(ends, context.now)
    )
    return context.say("notices.text", words=ticket_text.as_residents_read(draft.text), hours=hours)


def _mine(context: Context) -> ColumnElement[bool]:
    """The writer's own announcements that are not over."""
    stands = Announcement.cancelled_at.is_(None) & (Announcement.ends_at > context.now)
    return (Announcement.written_by == context.person.id) & stands


def _standing(context: Context) -> Reply:
    """List the current announcements, with the number of residents who asked about each."""
    counted = select(func.count()).where(AnnouncementAnswer.announcement_id == Announcement.id)
    answers = counted.correlate(Announcement).scalar_subquery()
    mine = select(Announcement, answers).where(_mine(context)).order_by(_NEWEST).limit(_SHOWN)
    found = context.session.execute(mine).all()
    how = context.say("notices.how", place=a_place(context.town))
    lines = [context.say("notices.line", text=each.text, reached=each.reached, answers=count) for each, count in found]
    return Reply("\n".join([*lines, how]), keep=True)
