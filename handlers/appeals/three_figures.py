"""「口径」: each rate three ways (raw, after exclusions, after appeals), and the excluded tickets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from handlers.board.viewer import viewer
from handlers.dialogue.command import Command
from handlers.dialogue.context import Context
from handlers.dialogue.message import Reply
from handlers.dialogue.router import Router
from handlers.figures.counts import percent
from handlers.figures.days import day_start, days_back
from handlers.tickets.access import overseen
from handlers.town.wording_examples import a_community
from models.appeal import was_appealed
from models.base import UtcDateTime
from models.person import OVERSEERS
from models.status_moves import UNJUDGED, Closing, Status
from models.ticket import Ticket
from nlp.questions.periods import Period, periods_in

router = Router("three figures")
_SHOWN = 6

FIGURES = Command(
    ("口径",),
    roles=OVERSEERS,
    only_asks=True,
    help="口径 [社区或单位] [本月]：三率的原始数、剔除挂账后、申诉后，各少算了哪些",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate three ways, as (part, whole): raw, after exclusions, after appeals."""

    name: str
    told: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One reason for exclusion, with all its ticket numbers."""

    name: str
    count: int
    numbers: Sequence[str]


def rates(session: Session, where: ColumnElement[bool], now: datetime) -> list[Rate]:
    """The rates over the tickets of `where`, by one statement."""
    sums = [func.sum(case((condition, 1), else_=0)) for _, ways in _ways(now) for way in ways for condition in way]
    counted = [int(value or 0) for value in session.execute(select(*sums).where(where)).one()]
    found, at = [], 0
    for name, ways in _ways(now):
        told = [(counted[at + 2 * way], counted[at + 2 * way + 1]) for way in range(len(ways))]
        found.append(Rate(name, told))
        at += 2 * len(ways)
    return found


Way = tuple[ColumnElement[bool], ColumnElement[bool]]
"""(part, whole)"""


def _ways(now: datetime) -> list[tuple[str, list[Way]]]:
    """The formulas of DOMAIN.md 4; the numerator's tickets are always part of the denominator's."""
    appealed = ~was_appealed()
    promised = Ticket.handle_by.is_not(None)
    over = or_(Ticket.resolved_at.is_not(None), Ticket.ended_at.is_not(None), Ticket.handle_by < now)
    clock = func.coalesce(Ticket.stopped_at, literal(now, UtcDateTime))
    due = and_(promised, ~left_out(), ~suspended(), or_(Ticket.resolved_at.is_not(None), Ticket.handle_by < clock))
    closed, rated = Ticket.status == Status.CLOSED.value, Ticket.rating.is_not(None)
    followed_up = closed & Ticket.closing.in_([Closing.CONFIRMED.value, Closing.EXPLAINED.value])
    kept, solved, content = (
        Ticket.resolved_at <= Ticket.handle_by,
        closed & (Ticket.closing == Closing.CONFIRMED.value),
        Ticket.rating >= 2,
    )
    ended = closed | (Ticket.status == Status.DECLINED.value)
    return [
        ("on_time", _three(kept, promised & over, due, appealed)),
        ("solved", _three(solved, ended, followed_up, appealed)),
        ("content", _three(content, rated, rated & ~left_out(), appealed)),
    ]


def _three(part: Any, raw: Any, judged: Any, appealed: Any) -> list[Way]:  # noqa: ANN401  (conditions)
    return [(part & whole, whole) for whole in (raw, judged, judged & appealed)]


def left_out() -> ColumnElement[bool]:
    """剔除: tickets that nobody had to finish (withdrawn, declined, merged)."""
    return Ticket.status.in_([status.value for status in UNJUDGED])


def suspended() -> ColumnElement[bool]:
    """挂账: suspended tickets, whose clock is stopped."""
    return Ticket.status == Status.SUSPENDED.value


def exclusions(session: Session, town_say: Any, where: ColumnElement[bool]) -> Iterator[Exclusion]:  # noqa: ANN401
    """The reasons for exclusion that apply to any of these tickets."""
    closed = Ticket.status == Status.CLOSED.value
    reasons: dict[str, ColumnElement[bool]] = {
        **{status.value: Ticket.status == status.value for status in UNJUDGED},
        "suspended": suspended(),
        "default": closed & (Ticket.closing == Closing.DEFAULT.value),
        "appealed": was_appealed(),
    }
    for name, condition in reasons.items():
        numbers = session.scalars(select(Ticket.number).where(where, condition).order_by(Ticket.id.desc())).all()
        if numbers:
            yield Exclusion(town_say(f"figures.left_out_{name}"), len(numbers), [each or "" for each in numbers])


@router.command(FIGURES)
def tell(context: Context) -> Reply:
    """Show the rates three ways, then the numbers of the excluded tickets."""
    asked = _asked(context)
    if isinstance(asked, Reply):
        return asked
    name, period, where = asked
    lines = [_line(context, rate) for rate in rates(context.session, where, context.now)]
    found = list(exclusions(context.session, context.say, where))
    out = [_excluded(context, each) for each in found] or [context.say("figures.nothing_left_out")]
    out += [context.say("figures.all_in_export")] if any(each.count > _SHOWN for each in found) else []
    said = context.say("figures.three", name=name, period=period.name, lines="\n".join(lines))
    return Reply("\n".join([said, *out]), keep=True)


def _asked(context: Context) -> tuple[str, Period, ColumnElement[bool]] | Reply:
    said = next(iter(periods_in(context.rest, context.now)), None)
    left = (context.rest[: said.start] + context.rest[said.end :] if said else context.rest).strip()
    period = said.period if said else _lately(context)
    filed = (Ticket.created_at >= period.since) & (Ticket.created_at < period.until)
    whose = _whose(context, left)
    if whose is None:
        return Reply(context.say("figures.whose", words=left[:20], community=a_community(context.town)), keep=True)
    name, scope = whose
    return name, period, scope & filed


def _whose(context: Context, words: str) -> tuple[str, ColumnElement[bool]] | None:
    """The named area or team, within what the person oversees; None if unknown."""
    world, own = context.town.world, context.person.grid
    if not words:
        return world.grids[own].name if own in world.grids else context.town.name, overseen(context.person)
    if node := world.grid_named(words):
        seen = viewer(context.town, context.person, node.code)
        return (node.name, seen.scope) if seen else None
    team = next((each for each in world.teams.values() if words in {each.code, each.name}), None)
    team = team or next((each for each in world.teams.values() if words in each.name), None)
    return (team.name, overseen(context.person) & (Ticket.team == team.code)) if team else None


def _lately(context: Context) -> Period:
    until = day_start(context.now) + timedelta(days=1)
    return Period(context.say("exporting.last_days", days=30), days_back(context.now, 30), until)


def _line(context: Context, rate: Rate) -> str:
    raw, judged, appealed = (
        context.say("figures.of", rate=percent(part / whole if whole else None), part=part, whole=whole)
        for part, whole in rate.told
    )
    return context.say(f"figures.{rate.name}", raw=raw, judged=judged, appealed=appealed)


def _excluded(context: Context, each: Exclusion) -> str:
    numbers = context.say("figures.separator").join(each.numbers[:_SHOWN])
    more = context.say("figures.and_so_on") if each.count > _SHOWN else ""
    return context.say("figures.left_out", name=each.name, count=each.count, numbers=f"{numbers}{more}")
