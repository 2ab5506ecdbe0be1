"""议事季报: the number of meetings, matters and decisions, and how many promises were kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.figures.counts import percent
from handlers.figures.days import quarter_start
from handlers.joint_meetings.agenda import community_of
from handlers.tickets.change import Change
from handlers.town.wording_examples import a_community
from models.joint_meeting import Matter, Meeting
from models.person import OVERSEERS, STAFF
from models.promise import Practice, Promise, is_broken, is_due, is_kept
from models.ticket import Ticket
from nlp.questions.periods import find_period

router = Router("report of meetings")
_A_MOMENT = timedelta(seconds=1)

REPORT = Command(
    ("议事季报", "议事情况"),
    roles=STAFF | OVERSEERS,
    only_asks=True,
    help="议事季报 [社区] [上季度]：议了几件、定了几件、办到几件",
    practice=Practice.COUNCIL,
)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one community for a period."""

    meetings: int
    matters: int
    decided: int
    due: int
    kept: int
    broken: int

    @property
    def kept_rate(self) -> float | None:
        return self.kept / self.due if self.due else None


def report_of(change: Change, community: str, since: datetime, until: datetime) -> Report:
    held = (Meeting.community == community) & (Meeting.opened_at >= since) & (Meeting.opened_at < until)
    of_matters = select(func.count(Matter.id), func.count(Matter.decided_at)).join(Meeting).where(held)
    meetings = change.session.scalar(select(func.count(Meeting.id)).where(held)) or 0
    matters, decided = change.session.execute(of_matters).one()
    due, kept, broken = (
        _promises(change, held, which) for which in (is_due(change.now), is_kept(), is_broken(change.now))
    )
    return Report(meetings, matters, decided, due, kept, broken)


def _promises(change: Change, held: ColumnElement[bool], which: ColumnElement[bool]) -> int:
    query = select(func.count(Promise.id)).join(Ticket, Ticket.id == Promise.ticket_id)
    query = query.join(Matter, Matter.id == Promise.subject_id).join(Meeting, Meeting.id == Matter.meeting_id)
    return change.session.scalar(query.where(Promise.practice == Practice.COUNCIL.value, held, which)) or 0


@router.command(REPORT)
def report(context: Context) -> Reply:
    """Show the report, of this quarter if no other time is named."""
    period = find_period(context.rest, context.now) if context.rest else None
    words = context.rest.split()
    named = next((word for word in words if context.town.world.grid_named(word)), "")
    community = community_of(context, named)
    if community is None:
        return Reply(context.say("council.which_community", community=a_community(context.town)), keep=True)
    since = period.since if period else quarter_start(context.now)
    until = period.until if period else context.now + _A_MOMENT
    told = report_of(context, community, since, until)
    facts = {name: getattr(told, name) for name in ("meetings", "matters", "decided", "due", "kept", "broken")}
    name = period.name if period else context.say("council.this_quarter")
    community_name = context.town.world.grids[community].name
    return Reply(
        context.say("council.report", period=name, community=community_name, **facts, rate=percent(told.kept_rate)),
        keep=True,
    )
