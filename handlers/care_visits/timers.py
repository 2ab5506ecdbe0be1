"""Every morning: tell visitors how many visits are due, and supervisors how many were missed."""

from collections import Counter, defaultdict
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.care_visits.care_list import listed, today, visitors
from handlers.practices.compound_news import tell
from handlers.tickets.change import Moment
from handlers.town.town import Town
from handlers.world.staff import Member
from models.care import CaredFor, CareMissed
from models.promise import Practice
from models.push import Timer

VISITS_DUE = "visits_due"
"""Kind of the timer, and event of its pushes"""


def tell_whom_to_see(session: Session, town: Town, _timer: Timer, now: datetime) -> None:
    """Send the pushes. They contain only numbers; the names are shown when the visitor asks."""
    if not town.practices.visits.enabled:
        return
    change = Moment(session, town, now)
    day = today(change)
    due: dict[Member, list[CaredFor]] = defaultdict(list)
    missed: dict[Member, Counter[str]] = defaultdict(Counter)
    for cared in listed(change):
        cared.due_on = cared.due_on or day
        if cared.due_on > day:
            continue
        for visitor in visitors(change, cared):
            due[visitor].append(cared)
        if cared.due_on < day and _is_new(session, cared):
            _count_above(change, cared, missed)
    for visitor, theirs in due.items():
        late = sum(each.due_on < day for each in theirs if each.due_on)
        text = town.say("visits.push_due", count=len(theirs), late=_late(town, late), practice=_name(town))
        tell(change, [visitor], VISITS_DUE, f"{VISITS_DUE}:{day}", text)
    _tell_above(change, missed, day)


def _late(town: Town, late: int) -> str:
    return town.say("visits.late", count=late) if late else ""


def _name(town: Town) -> str:
    return town.practices.name(Practice.VISITS)


def _is_new(session: Session, cared: CaredFor) -> bool:
    """Whether this missed day is not stored yet, so that it is told only once."""
    known = select(CareMissed.id).where(CareMissed.cared_id == cared.id, CareMissed.due_on == cared.due_on)
    if session.scalar(known) is not None:
        return False
    session.add(CareMissed(cared_id=cared.id, due_on=cared.due_on))
    return True


def _count_above(change: Moment, cared: CaredFor, missed: dict[Member, Counter[str]]) -> None:
    names = "、".join(each.name for each in visitors(change, cared)) or change.town.say("visits.nobody_goes")
    for supervisor in change.town.staff.overseeing(change.town.world.above(cared.grid)):
        missed[supervisor][names] += 1


def _tell_above(change: Moment, missed: dict[Member, Counter[str]], day: date) -> None:
    say = change.town.say
    for supervisor, by_visitor in missed.items():
        lines = "、".join(say("visits.missed_by", names=names, count=count) for names, count in by_visitor.items())
        count = sum(by_visitor.values())
        text = say("visits.push_missed", count=count, by=lines, practice=_name(change.town))
        tell(change, [supervisor], "visits_missed", f"visits_missed:{day}", text)
