"""巡查情况: rounds due, done and missed, and the share of tickets found by patrols."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.figures.counts import percent
from handlers.figures.days import day_start
from handlers.patrols.points import mine, past_rounds
from handlers.practices.report_period import this_month_or, which_time
from handlers.tickets.access import within
from handlers.tickets.change import PersonalChange
from models.patrol import CheckIn
from models.person import OVERSEERS, Role
from models.promise import Practice
from models.ticket import Source, Ticket

router = Router("report of patrols")
_SHOWN = 5

REPORT = Command(
    ("巡查情况",),
    roles=OVERSEERS | frozenset({Role.GRID_STAFF}),
    only_asks=True,
    help="巡查情况 [上周]：该巡几趟、漏了几趟，先发现的有多少",
    practice=Practice.PATROLS,
)


@dataclass(frozen=True, slots=True)
class PatrolFigures:
    """The figures of a period."""

    due: int
    gone: int
    missed: tuple[tuple[str, int], ...]
    """(point, missed rounds), the most often missed first"""
    found: int
    filed: int

    @property
    def found_rate(self) -> float | None:
        """未诉先办率: filed by patrols ÷ all filed."""
        return self.found / self.filed if self.filed else None


def walked(change: PersonalChange, since: datetime, until: datetime) -> PatrolFigures:
    missed: dict[str, int] = {}
    due = gone = 0
    points = mine(change)
    since = max(since, _began(change) or until)
    for point in points:
        there = (CheckIn.point_id == point.id) & (CheckIn.at >= since) & (CheckIn.at < until)
        came = list(change.session.scalars(select(CheckIn.at).where(there)))
        for first, last in past_rounds(point, max(since, point.since or since), until):
            due += 1
            if any(first <= at <= last for at in came):
                gone += 1
            else:
                missed[point.name] = missed.get(point.name, 0) + 1
    in_order = tuple(sorted(missed.items(), key=lambda each: (-each[1], each[0])))
    return PatrolFigures(due, gone, in_order, *_filed(change, since, until))


def _began(change: PersonalChange) -> datetime | None:
    """The day of the town's first check-in; rounds before it don't count."""
    first = change.session.scalar(select(func.min(CheckIn.at)))
    return day_start(first) if first else None


def _filed(change: PersonalChange, since: datetime, until: datetime) -> tuple[int, int]:
    filed = (Ticket.created_at >= since) & (Ticket.created_at < until)
    filed = filed & within(change.person.grid) if change.person.grid else filed
    by_patrol = func.count().filter(Ticket.source == Source.PATROL.value)
    found, every = change.session.execute(select(by_patrol, func.count()).select_from(Ticket).where(filed)).one()
    return found, every


@router.command(REPORT)
def report(context: Context) -> Reply:
    """Show the report, of this month if no other time is named."""
    stretch = this_month_or(context, context.rest)
    if stretch is None:
        return which_time(context, context.rest)
    told = walked(context, stretch.since, stretch.until)
    lines = "\n".join(context.say("patrols.missed", name=name, count=count) for name, count in told.missed[:_SHOWN])
    return Reply(
        context.say(
            "patrols.report",
            period=stretch.name,
            due=told.due,
            gone=told.gone,
            missed=told.due - told.gone,
            found=told.found,
            rate=percent(told.found_rate),
            lines=f"\n{lines}" if lines else "",
        ),
        keep=True,
    )
