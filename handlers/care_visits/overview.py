"""Supervisors' commands: figures of visits, the care list of their area, and its read log."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from handlers.care_visits.care_list import answers_for, looked, overseen, today
from handlers.care_visits.visit import line
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.figures.counts import percent
from handlers.notifications import ticket_text
from handlers.practices.report_period import this_month_or, which_time
from handlers.tickets.change import PersonalChange
from models.care import CaredFor, CareLook, CareMissed, CareVisit
from models.person import OVERSEERS, Person
from models.promise import Practice
from models.ticket import CHINA

router = Router("overview of visits")
_SHOWN = 15

FIGURES = Command(
    ("走访情况",),
    roles=OVERSEERS,
    help="走访情况 [上月]：多少户在走访，去了几次、漏了几次、报警几次",
    practice=Practice.VISITS,
)
LIST = Command(
    ("走访名单",),
    roles=OVERSEERS,
    help="走访名单 [网格]：您管的范围里要走访的人，看过会记下",
    practice=Practice.VISITS,
)
LOOKS = Command(
    ("走访记录",),
    roles=OVERSEERS,
    help="走访记录：最近谁看过走访名单",
    practice=Practice.VISITS,
)


@dataclass(frozen=True, slots=True)
class Visits:
    """The figures of one area for a period."""

    people: int
    made: int
    missed: int
    alarms: int

    @property
    def made_rate(self) -> float | None:
        due = self.made + self.missed
        return self.made / due if due else None


def visits(change: PersonalChange, since: datetime, until: datetime) -> Visits:
    """Count visits, also to people who have left the list since."""
    now_listed = overseen(change)
    grids = {code for code in change.town.world.grids if answers_for(change, code)}
    of_area = select(CaredFor.id).where(CaredFor.grid.in_(grids))
    within = CareVisit.cared_id.in_(of_area) & (CareVisit.at >= since) & (CareVisit.at < until)
    alarms = func.count().filter(CareVisit.alarm)
    counted, alarmed = change.session.execute(select(func.count(), alarms).where(within)).one()
    first, last = (moment.astimezone(CHINA).date() for moment in (since, until))
    day = (CareMissed.due_on >= first) & (CareMissed.due_on <= last)
    missed = select(func.count()).where(CareMissed.cared_id.in_(of_area), day)
    return Visits(len(now_listed), counted - alarmed, change.session.scalar(missed) or 0, alarmed)


@router.command(FIGURES)
def figures(context: Context) -> Reply:
    """Show the figures, of this month if no other time is named. They contain no names."""
    stretch = this_month_or(context, context.rest)
    if stretch is None:
        return which_time(context, context.rest)
    told = visits(context, stretch.since, stretch.until)
    facts = {"people": told.people, "made": told.made, "missed": told.missed, "alarms": told.alarms}
    return Reply(context.say("visits.figures", period=stretch.name, rate=percent(told.made_rate), **facts), keep=True)


@router.command(LIST)
def names(context: Context) -> Reply:
    """Show the list, of one grid if named; every row shown is logged."""
    found = overseen(context)
    node = context.town.world.grid_named(context.rest) if context.rest else None
    if context.rest and node is None:
        return Reply(context.say("visits.which_grid", words=context.rest[:20]), keep=True)
    if node:
        found = [each for each in found if context.town.world.lies_in(each.grid, node.code)]
    shown = found[:_SHOWN]
    looked(context, shown)
    late = sum(bool(each.due_on and each.due_on < today(context)) for each in found)
    lines = "\n".join(line(context, each) for each in shown)
    if len(found) > len(shown):
        lines += "\n" + context.say("visits.more", count=len(found) - len(shown))
    key = "visits.list" if found else "visits.list_empty"
    return Reply(context.say(key, count=len(found), late=late, lines=lines), keep=True, private=True)


@router.command(LOOKS)
def read_log(context: Context) -> Reply:
    """Show who read how many rows and when, without the names on the list."""
    ids = [each.id for each in overseen(context)]
    read = select(Person.name, CareLook.at, func.count()).join(Person, Person.id == CareLook.person_id)
    read = read.where(CareLook.cared_id.in_(ids)).group_by(Person.id, Person.name, CareLook.at)
    rows = context.session.execute(read.order_by(CareLook.at.desc()).limit(_SHOWN)).all()
    lines = [
        context.say("visits.look", name=name, when=ticket_text.moment(at, context.now), count=count)
        for name, at, count in rows
    ]
    key = "visits.looks" if rows else "visits.no_looks"
    return Reply(context.say(key, lines="\n".join(lines)), keep=True)
