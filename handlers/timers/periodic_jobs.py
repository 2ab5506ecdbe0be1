"""Scheduled chores of the whole installation; their timers are set every hour."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.alarms.notify import KIND as ALARMS
from handlers.board.keep_sums import KIND as DAY_SUMS
from handlers.care_visits.timers import VISITS_DUE, tell_whom_to_see
from handlers.digests import daily, weekly
from handlers.digests.digest import DAILY, WEEKLY
from handlers.figures.days import day_start, month_start
from handlers.privacy.erasure import FORGET, forget_messages
from handlers.privacy.retention import tidy
from handlers.public_notice.issue import ISSUE, issue_due
from handlers.timers.lost_work import report
from handlers.town.town import Town
from models.deferred_inserts import append
from models.planner_statistics import take_figures
from models.push import Timer
from models.ticket import CHINA
from nlp.questions.days import months_on

RETENTION, LOST_WORK, PLANNER_FIGURES = "retention", "lost_work", "planner_figures"
_NIGHT = timedelta(hours=2, minutes=30)
_OFFICE_OPENS = timedelta(hours=9)


def plan_digests(session: Session, town: Town, now: datetime) -> None:
    """Set the timers of the next hours' digests, at the town's times."""
    soon = now + timedelta(hours=2)
    moments = [(DAILY, at) for at in daily.slots(town, now, soon)]
    moments += [(WEEKLY, at) for at in (town.digests.next_weekly(now),) if at < soon]
    for kind, at in moments:
        append(session, Timer, key=f"{kind}:{at.timestamp():.0f}", kind=kind, due_at=at, created_at=now)


def plan_chores(session: Session, now: datetime) -> None:
    """Set the timers of the next chores; their keys prevent duplicates from several workers."""
    tonight = day_start(now) + _NIGHT
    tonight += timedelta(days=1) if tonight <= now else timedelta()
    next_hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    next_month = months_on(month_start(now), 1) + _OFFICE_OPENS
    morning = day_start(now) + _OFFICE_OPENS
    morning += timedelta(days=1) if morning <= now else timedelta()
    hourly = ((LOST_WORK, next_hour), (ALARMS, next_hour), (DAY_SUMS, now))
    nightly = ((RETENTION, tonight), (PLANNER_FIGURES, tonight))
    for kind, at in (*nightly, *hourly, (ISSUE, next_month), (VISITS_DUE, morning)):
        append(session, Timer, key=f"{kind}:{at.astimezone(CHINA):%Y%m%d%H}", kind=kind, due_at=at, created_at=now)


def _tidy(session: Session, town: Town, timer: Timer, now: datetime) -> None:
    if tidy(session, town, now):
        again = now + timedelta(seconds=10)
        key = f"{RETENTION}:{again.timestamp()}"
        append(session, Timer, key=key, kind=RETENTION, due_at=again, created_at=timer.created_at)


def _take_figures(session: Session, _town: Town, _timer: Timer, _now: datetime) -> None:
    take_figures(session)


def _report(session: Session, town: Town, _timer: Timer, now: datetime) -> None:
    report(session, town, now)


def _forget(session: Session, _town: Town, timer: Timer, _now: datetime) -> None:
    forget_messages(session, timer)


def _daily(session: Session, town: Town, _timer: Timer, now: datetime) -> None:
    daily.tell_all(session, town, now)


def _weekly(session: Session, town: Town, _timer: Timer, now: datetime) -> None:
    weekly.tell_all(session, town, now)


CHORES: dict[str, Callable[[Session, Town, Timer, datetime], None]] = {
    RETENTION: _tidy,
    PLANNER_FIGURES: _take_figures,
    LOST_WORK: _report,
    FORGET: _forget,
    ISSUE: issue_due,
    VISITS_DUE: tell_whom_to_see,
    DAILY: _daily,
    WEEKLY: _weekly,
}
