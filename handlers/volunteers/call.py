"""「招 3人 周六 9点 清楼道」 calls the compound's volunteers; 「志愿完成」 thanks them and stores their hours."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.notifications import ticket_text
from handlers.practices.compound_news import tell
from handlers.practices.compounds import meant, serves
from models.person import OVERSEERS, STAFF, Person
from models.promise import Practice
from models.ticket import CHINA
from models.volunteers import Volunteer, VolunteerCall, VolunteerPart
from nlp.answers.choices import plain
from nlp.answers.small_numbers import SMALL, small
from nlp.answers.when import read_when

router = Router("calling volunteers")
_HOW_MANY = re.compile(rf"({SMALL})\s*[个名位]?人")
_DONE = re.compile(rf"(\d{{1,6}})\s*号?[\s,，]+({SMALL})(半|\.5)?\s*个?(半?)(?:小时|钟头)")
_MOST = 50
_FARTHEST = timedelta(days=60)

CALL = Command(
    ("招", "招志愿者"),
    roles=STAFF | OVERSEERS,
    help="招 [小区] 3人 周六9点 清楼道：叫志愿者来帮忙",
    practice=Practice.VOLUNTEERS,
)
DONE = Command(
    ("志愿完成",),
    roles=STAFF | OVERSEERS,
    help="志愿完成 号 2小时：活动办完了，谢谢来的人，记下时长",
    practice=Practice.VOLUNTEERS,
)


@router.command(CALL)
def call(context: Context) -> Reply:
    """Call volunteers; number, time and purpose are all required."""
    place, words = meant(context.town, context.person, context.rest)
    if place is None:
        return Reply(context.say("volunteers.which_compound"), keep=True)
    said = plain(words)
    many = _HOW_MANY.search(said)
    rest = f"{said[: many.start()]} {said[many.end() :]}".strip() if many else said
    when = read_when(rest, context.now.astimezone(CHINA))
    what = f"{rest[: when.start]} {rest[when.end :]}".strip() if when else ""
    if many is None or when is None or not when.names_day or not what or not 0 < small(many[1]) <= _MOST:
        return Reply(context.say("volunteers.how_to_call"), keep=True)
    if not context.now < when.at <= context.now + _FARTHEST:
        return Reply(context.say("volunteers.past"), keep=True)
    row = VolunteerCall(place_id=place.id, called_by=context.person.id, called_at=context.now, needed=small(many[1]))
    row.starts_at, row.words = when.at, what
    context.session.add(row)
    context.session.flush()
    facts = {"number": row.id, "place": place.name, "when": ticket_text.moment(row.starts_at, context.now)}
    text = context.say("volunteers.push_call", needed=row.needed, words=what, **facts)
    told = tell(context, _volunteers(context, place.id), "volunteers", f"volunteers:{row.id}", text)
    return Reply(context.say("volunteers.called", told=told, **facts))


def _volunteers(context: Context, place: int) -> list[Person]:
    mine = select(Volunteer.person_id).where(Volunteer.place_id == place)
    return list(context.session.scalars(select(Person).where(Person.id.in_(mine)).order_by(Person.id)))


@router.command(DONE)
def done(context: Context) -> Reply:
    found = _DONE.fullmatch(plain(context.rest))
    if found is None:
        return Reply(context.say("volunteers.how_to_end"), keep=True)
    row = context.session.get(VolunteerCall, int(found[1]))
    place = context.town.world.places.get(row.place_id) if row else None
    if row is None or place is None or not serves(context.town, context.person, place):
        return Reply(context.say("volunteers.no_such_call", number=found[1]), keep=True)
    if row.done_at or row.starts_at > context.now:
        return Reply(context.say("volunteers.not_now", number=found[1]), keep=True)
    row.done_at, hours = context.now, small(found[2]) + (0.5 if found[3] or found[4] else 0)
    parts = context.session.scalars(select(VolunteerPart).where(VolunteerPart.call_id == row.id)).all()
    for part in parts:
        part.hours = hours
    people = select(Person).where(Person.id.in_([part.person_id for part in parts]))
    for person in context.session.scalars(people):
        total = hours_of(context, person.id)
        text = context.say("volunteers.push_thanks", words=row.words, hours=f"{hours:g}", total=f"{total:g}")
        tell(context, [person], "volunteers_thanks", f"volunteers_thanks:{row.id}", text)
    return Reply(context.say("volunteers.done", number=row.id, count=len(parts), hours=f"{hours * len(parts):g}"))


def hours_of(context: Context, person: int) -> float:
    context.session.flush()
    given = select(func.sum(VolunteerPart.hours)).where(VolunteerPart.person_id == person)
    return context.session.scalar(given) or 0.0
