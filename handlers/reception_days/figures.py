"""接待情况: figures of sessions, demands and promises. Each figure lists what it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from handlers.dialogue.choices import numbered
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router, in_state
from handlers.dialogue.states import Asks
from handlers.disclosure.policy import Way
from handlers.notifications import ticket_text
from handlers.practices.compounds import named, serves
from handlers.practices.report_period import this_month_or, which_time
from handlers.reception_days.sheet import seen_by
from handlers.tickets.change import PersonalChange
from models.person import OVERSEERS, STAFF
from models.promise import Practice, Promise
from models.reception import Demand, Reception, Settled
from models.status_moves import Status
from models.ticket import Ticket

router = Router("figures of receptions")
_SHOWN = 12
_NOT_NEEDED = (Status.WITHDRAWN, Status.MERGED)

FIGURES = Command(
    ("接待情况",),
    roles=STAFF | OVERSEERS,
    only_asks=True,
    help="接待情况 [小区] [上月]：场次、诉求、现场办的、按期办的、没办到的",
    practice=Practice.RECEPTION,
)


@dataclass(frozen=True, slots=True)
class Line:
    """A demand with its session and, if there is one, its promise and ticket."""

    reception: Reception
    demand: Demand
    promise: Promise | None
    ticket: Ticket | None

    def kept(self) -> bool:
        return bool(
            self.promise and self.ticket and self.ticket.resolved_at and self.ticket.resolved_at <= self.promise.until
        )

    def broken(self, now: datetime) -> bool:
        if self.promise is None or self.ticket is None or Status(self.ticket.status) in _NOT_NEEDED:
            return False
        return self.promise.until < now and not self.kept()


FIGURE: Mapping[str, Callable[[Line, datetime], bool]] = {
    "demands": lambda line, now: True,  # noqa: ARG005
    "on_spot": lambda line, now: line.demand.settled == Settled.ON_SPOT,  # noqa: ARG005
    "promised": lambda line, now: line.promise is not None,  # noqa: ARG005
    "in_time": lambda line, now: line.kept(),  # noqa: ARG005
    "broken": lambda line, now: line.broken(now),
    "unsettled": lambda line, now: line.demand.confirmed is False,  # noqa: ARG005
}


def lines_of(change: PersonalChange, since: datetime, until: datetime, place: int | None) -> tuple[int, list[Line]]:
    """The number of sessions in the period in compounds that the person serves, and their demands."""
    held = (Reception.starts_at >= since) & (Reception.starts_at < until) & Reception.cancelled_at.is_(None)
    held &= (Reception.place_id == place) if place else Reception.id.is_not(None)
    sessions = [
        each for each in change.session.scalars(select(Reception).where(held)) if _theirs(change, each.place_id)
    ]
    by_id = {each.id: each for each in sessions}
    came = Demand.settled.in_([Settled.ON_SPOT.value, Settled.PROMISED.value])
    promised = (Promise.subject_id == Demand.id) & (Promise.practice == Practice.RECEPTION.value)
    query = (
        select(Demand, Promise, Ticket).outerjoin(Promise, promised).outerjoin(Ticket, Ticket.id == Promise.ticket_id)
    )
    found = query.where(Demand.reception_id.in_(by_id), came).order_by(Demand.reception_id.desc(), Demand.number)
    rows = change.session.execute(found)
    lines = [Line(by_id[demand.reception_id], demand, promise, ticket) for demand, promise, ticket in rows]
    return len(sessions), lines


def _theirs(change: PersonalChange, place_id: int) -> bool:
    place = change.town.world.places.get(place_id)
    return place is not None and serves(change.town, change.person, place)


@router.command(FIGURES)
def figures(context: Context) -> Reply:
    """Show the figures, of this month until now if no other time is named."""
    places, words = named(context.town, context.rest)
    theirs = [place for place in places if serves(context.town, context.person, place)]
    if places and not theirs:
        return Reply(context.say("reception.which_compound"), keep=True)
    stretch = this_month_or(context, words)
    if stretch is None:
        return which_time(context, words)
    name, since, until = stretch
    where = theirs[0].id if theirs else None
    sessions, found = lines_of(context, since, until, where)
    counted = [context.say(f"reception.figure_{key}", count=_count(found, key, context.now)) for key in FIGURE]
    title = context.say("reception.figures", period=name, place=theirs[0].name if theirs else "", sessions=sessions)
    slots = {"keys": list(FIGURE), "since": since.isoformat(), "until": until.isoformat(), "place": where}
    return Reply(f"{title}\n{numbered(counted)}\n{context.say('reception.open_one')}", Asks.RECEPTION_FIGURES, slots)


def _count(found: Sequence[Line], key: str, now: datetime) -> int:
    return sum(FIGURE[key](line, now) for line in found)


@router.on(in_state(Asks.RECEPTION_FIGURES))
def opened(context: Context) -> Reply | None:
    """The demands that a figure counts."""
    if context.number is None:
        return None
    slots: Mapping[str, Any] = context.slots
    key = slots["keys"][context.number]
    since, until = (datetime.fromisoformat(slots[name]) for name in ("since", "until"))
    _, found = lines_of(context, since, until, slots["place"])
    counted = [line for line in found if FIGURE[key](line, context.now)]
    lines = "\n".join(_shown(context, line) for line in counted[:_SHOWN])
    name = context.say(f"reception.figure_{key}", count=len(counted))
    more = context.say("reception.more_owed", count=len(counted)) if len(counted) > _SHOWN else ""
    return Reply("\n".join(filter(None, (name, lines, more))), Asks.RECEPTION_FIGURES, slots)


def _shown(context: Context, line: Line) -> str:
    seen = seen_by(context, line.reception, line.demand, context.person, Way.PASSING)
    return context.say(
        "reception.line",
        when=ticket_text.moment(line.reception.starts_at, context.now),
        number=line.demand.number,
        text=ticket_text.as_residents_read(seen.words(line.demand.text)),
        how=context.say(f"reception.how_{line.demand.settled}"),
        ticket=(line.ticket.number or "") if line.ticket else "",
    )
