"""志愿报名, 参加: residents sign up as volunteers, and join a call."""

import re

from sqlalchemy import func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.notifications import ticket_text
from handlers.practices.compounds import named
from handlers.town.wording_examples import a_place
from handlers.volunteers.call import hours_of
from models.person import EVERYBODY
from models.promise import Practice
from models.volunteers import Volunteer, VolunteerCall, VolunteerPart

router = Router("volunteers")

SIGN_UP = Command(
    ("志愿报名",),
    roles=EVERYBODY,
    help="志愿报名 [小区]：小区里要人帮忙时叫您",
    practice=Practice.VOLUNTEERS,
)
LEAVE = Command(("志愿退出",), roles=EVERYBODY, help="志愿退出：不再叫您", practice=Practice.VOLUNTEERS)
TAKE_PART = Command(
    ("参加",),
    roles=EVERYBODY,
    help="参加 号：这次志愿活动我去",
    practice=Practice.VOLUNTEERS,
    wants_words=False,
)
MINE = Command(("志愿",), roles=EVERYBODY, help="志愿：在招人的活动，您的时长", practice=Practice.VOLUNTEERS)


@router.command(SIGN_UP)
def sign_up(context: Context) -> Reply:
    places, _ = named(context.town, context.rest)
    place = places[0].id if len(places) == 1 else None if places else context.person.home_place_id
    if place is None:
        return Reply(context.say("volunteers.where", place=a_place(context.town)), keep=True)
    row = context.session.get(Volunteer, context.person.id) or Volunteer(person_id=context.person.id)
    row.place_id, row.since = place, context.now
    context.session.add(row)
    return Reply(context.say("volunteers.signed_up", place=context.town.world.places[place].name))


@router.command(LEAVE)
def leave(context: Context) -> Reply:
    row = context.session.get(Volunteer, context.person.id)
    if row:
        context.session.delete(row)
    return Reply(context.say("volunteers.left"))


@router.command(TAKE_PART)
def take_part(context: Context) -> Reply | None:
    """Join a call by its number. None for people who are no volunteers: then the text is an ordinary one."""
    found = re.fullmatch(r"\d{1,6}", context.rest)
    me = context.session.get(Volunteer, context.person.id)
    if me is None or found is None:
        return None
    call = context.session.scalar(select(VolunteerCall).where(VolunteerCall.id == int(found[0])).with_for_update())
    if call is None or call.place_id != me.place_id or call.done_at or call.starts_at <= context.now:
        return Reply(context.say("volunteers.no_such_call", number=found[0]), keep=True)
    if context.session.get(VolunteerPart, (call.id, context.person.id)):
        return Reply(context.say("volunteers.in_already", number=call.id), keep=True)
    if _coming(context, call) >= call.needed:
        return Reply(context.say("volunteers.full", number=call.id), keep=True)
    context.session.add(VolunteerPart(call_id=call.id, person_id=context.person.id, joined_at=context.now))
    when = ticket_text.moment(call.starts_at, context.now)
    return Reply(context.say("volunteers.in", when=when, words=call.words))


def _coming(context: Context, call: VolunteerCall) -> int:
    mine = select(func.count()).select_from(VolunteerPart).where(VolunteerPart.call_id == call.id)
    return context.session.scalar(mine) or 0


@router.command(MINE)
def mine(context: Context) -> Reply:
    me = context.session.get(Volunteer, context.person.id)
    total = hours_of(context, context.person.id)
    if me is None:
        key = "volunteers.not_yet_with_hours" if total else "volunteers.not_yet"
        return Reply(context.say(key, hours=f"{total:g}"), keep=True)
    ahead = (VolunteerCall.place_id == me.place_id) & VolunteerCall.done_at.is_(None)
    ahead &= VolunteerCall.starts_at > context.now
    calls = context.session.scalars(select(VolunteerCall).where(ahead).order_by(VolunteerCall.starts_at)).all()
    lines = [_line(context, each) for each in calls] or [context.say("volunteers.no_calls")]
    return Reply(context.say("volunteers.mine", lines="\n".join(lines), hours=f"{total:g}"), keep=True)


def _line(context: Context, call: VolunteerCall) -> str:
    when = ticket_text.moment(call.starts_at, context.now)
    coming = _coming(context, call)
    return context.say(
        "volunteers.line", number=call.id, when=when, words=call.words, coming=coming, needed=call.needed
    )
