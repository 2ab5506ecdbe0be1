"""Staff plan receptions: a series or a single day; and cancel them."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.practices.compound_news import tell
from handlers.practices.compounds import meant, serves
from handlers.reception_days.sessions import coming, conflict, demands, hold, place_name, plan_ahead, spans_of, spoken
from handlers.town.wording_examples import a_place
from handlers.world.nodes import PlaceNode
from handlers.world.staff import Member
from models.person import OVERSEERS, STAFF, Person, Role
from models.promise import Practice
from models.reception import Reception, ReceptionSeries
from models.ticket import CHINA
from nlp.answers.recurring_dates import Series, read_series

router = Router("planning receptions")
_FOR_GOOD = re.compile(r"\s*(?:全部|以后都)\s*$")
_MANAGER, _TITLE = re.compile("(?:项目|物业)?经理"), re.compile("主任|书记|站长|队长|网格员|师傅|老师")
_NAMED = 8
_SAYS_WHEN = re.compile(r"\d|每|[周日天]")

PLAN = Command(
    ("接待日",),
    roles=STAFF | OVERSEERS,
    help="接待日 小区 每月5日 18:00-20:00 谁：定下接待日",
    practice=Practice.RECEPTION,
)
CALL_OFF = Command(
    ("停接待日", "取消接待日"),
    roles=STAFF | OVERSEERS,
    help="停接待日 小区 [全部]：下一场不办了；全部是以后都不办",
    practice=Practice.RECEPTION,
)


@router.command(PLAN)
def plan(context: Context) -> Reply | None:
    """「德尚小区 每月5日、20日 18:00-20:00 刘建平」 plans receptions; without a name, the writer receives.

    None if no time is given: then the text only asks for the next reception.
    """
    if not _SAYS_WHEN.search(context.rest):
        return None
    series = read_series(context.rest, context.now.astimezone(CHINA))
    if series is None:
        return Reply(context.say("reception.how_to_plan", place=a_place(context.town)), keep=True)
    place, words = meant(context.town, context.person, series.words)
    if place is None:
        return Reply(context.say("reception.which_compound"), keep=True)
    receiver = _receiver(context, place, words)
    if receiver is None:
        return _unknown(context, place, words)
    if series.ends <= series.begins:
        return Reply(context.say("reception.ends_before"), keep=True)
    return _planned(context, place, receiver, series)


def _planned(context: Context, place: PlaceNode, receiver: Member, series: Series) -> Reply:
    row = _row(context, place, receiver, series)
    spans = [_single(series)] if series.day else spans_of(row, context.now)
    if series.day and not _can_be(context, spans[0][0]):
        days = context.town.practices.reception.farthest_days
        return Reply(context.say("reception.past", days=days), keep=True)
    if taken := conflict(context, place, receiver, spans):
        where, when = place_name(context, taken), spoken(context, taken)
        return Reply(context.say("reception.taken", place=where, when=when), keep=True)
    if series.day:
        held = [hold(context, place.id, receiver.id, spans[0])]
    else:
        context.session.add(row)
        context.session.flush()
        held = plan_ahead(context, row)
    first = spoken(context, held[0]) if held else context.say("reception.none_soon")
    return Reply(context.say("reception.planned", place=place.name, name=receiver.name, first=first, count=len(held)))


def _row(context: Context, place: PlaceNode, receiver: Member, series: Series) -> ReceptionSeries:
    return ReceptionSeries(
        place_id=place.id,
        receiver_id=receiver.id,
        month_days=";".join(map(str, series.month_days)),
        weekdays=";".join(map(str, series.weekdays)),
        begins=f"{series.begins:%H:%M}",
        ends=f"{series.ends:%H:%M}",
        made_by=context.person.id,
        made_at=context.now,
    )


def _single(series: Series) -> tuple[datetime, datetime]:
    assert series.day is not None  # noqa: S101  (for the type checker)
    return datetime.combine(series.day, series.begins, CHINA), datetime.combine(series.day, series.ends, CHINA)


def _can_be(context: Context, starts: datetime) -> bool:
    return context.now < starts <= context.now + timedelta(days=context.town.practices.reception.farthest_days)


def _receiver(context: Context, place: PlaceNode, name: str) -> Member | None:
    """The receiver by name, among staff who serve the compound; without a name, the writer."""
    if not name:
        return context.town.staff.people.get(context.person.id)
    theirs = [each for each in context.town.staff.people.values() if serves(context.town, each, place)]
    for is_meant in (lambda each: each.name == name, lambda each: _is_titled(each, name)):
        if found := [each for each in theirs if is_meant(each)]:
            return found[0] if len(found) == 1 else None
    return None


def _is_titled(member: Member, name: str) -> bool:
    """「刘经理」 means 刘建平 of the property company."""
    if not name.startswith(member.name[:1]):
        return False
    is_manager = Role.PROPERTY_STAFF in member.roles and _MANAGER.fullmatch(name[1:])
    return bool(is_manager or _TITLE.fullmatch(name[1:]))


def _unknown(context: Context, place: PlaceNode, name: str) -> Reply:
    """The reply to an unknown name; lists possible receivers, the writer's own team first."""
    staff = (each for each in context.town.staff.people.values() if not each.is_overseer)
    theirs = [each for each in staff if serves(context.town, each, place)]
    theirs.sort(key=lambda each: each.team != context.person.team)
    names = "、".join(each.name for each in theirs[:_NAMED])
    return Reply(context.say("reception.unknown_receiver", name=name[:20], place=place.name, names=names), keep=True)


@router.command(CALL_OFF)
def call_off(context: Context) -> Reply:
    """Cancel the next session, with 全部 also the series; residents who booked are notified."""
    for_good = _FOR_GOOD.search(context.rest)
    words = _FOR_GOOD.sub("", context.rest).strip()
    place, _ = meant(context.town, context.person, words)
    if place is None:
        return Reply(context.say("reception.which_compound"), keep=True)
    if for_good:
        _end_series(context, place)
    ahead = coming(context, [place.id], 99)
    dropped = [each for each in ahead if each.starts_at > context.now][: None if for_good else 1]
    if not dropped:
        return Reply(context.say("reception.nothing_planned", place=place.name), keep=True)
    told = sum(_drop(context, each) for each in dropped)
    when = spoken(context, dropped[0])
    return Reply(context.say("reception.called_off", place=place.name, when=when, count=len(dropped), told=told))


def _end_series(context: Context, place: PlaceNode) -> None:
    standing = (ReceptionSeries.place_id == place.id) & ReceptionSeries.ended_at.is_(None)
    for series in context.session.scalars(select(ReceptionSeries).where(standing)):
        series.ended_at = context.now


def _drop(context: Context, reception: Reception) -> int:
    reception.cancelled_at = context.now
    booked = [each.person_id for each in demands(context, reception) if each.person_id]
    people = list(context.session.scalars(select(Person).where(Person.id.in_(booked))))
    text = context.say("reception.push_off", place=place_name(context, reception), when=spoken(context, reception))
    return tell(context, people, "reception_off", f"reception_off:{reception.id}", text)
