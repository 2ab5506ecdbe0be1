"""When something is worth an alarm: pure rules over counts and lists, so that they can be measured over years.

Rare enough to be read: at most one false alarm a street and week (tests/handlers/alarms measures it).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, lgamma, log, log1p

WEEKS = 8
"""So many of the same day of the week say what is usual"""
FEWEST_OF_CLUSTER = 4
_CLUSTER_CHANCE = 2e-5
"""By mere chance, of one place and sub-item on one day"""
CHRONIC_DAYS, CHRONIC_TIMES = 30, 3
_CONDUCT_CHANCE = 1e-4
FEWEST_RUSHED, FEWEST_DEFAULTS, FEWEST_OWN = 3, 8, 3


def chance_of(count: int, past: Sequence[int]) -> float:
    """How likely so many or more are, where `past` is what such days had: they vary as a Poisson count does, and so
    few of them leave its mean in doubt.
    """
    shape, days = sum(past) + 0.5, len(past)
    below = sum(_likely(number, shape, days) for number in range(count))
    return max(1 - below, 0.0)


def _likely(number: int, shape: float, days: int) -> float:
    return exp(
        lgamma(shape + number)
        - lgamma(shape)
        - lgamma(number + 1)
        - number * log1p(days)
        + shape * log(days / (days + 1))
    )


def is_cluster(count: int, past: Sequence[int]) -> bool:
    return count >= FEWEST_OF_CLUSTER and chance_of(count, past) < _CLUSTER_CHANCE


def usual(past: Sequence[int]) -> float:
    return sum(past) / len(past)


@dataclass(frozen=True, slots=True)
class Event:
    """One ticket of a house and sub-item."""

    id: int
    created_at: datetime
    ended_at: datetime | None


def chronic(events: Iterable[Event]) -> list[Event]:
    """The times that it came back: each after the one before had ended, all within thirty days of the last. Neighbours
    who report the same breakdown are one time. Empty where it has not come back often enough.
    """
    times: list[Event] = []
    for event in sorted(events, key=lambda each: each.created_at):
        before = times[-1] if times else None
        if before is None or (before.ended_at is not None and before.ended_at < event.created_at):
            times.append(event)
    last = times[-1].created_at if times else None
    lately = [each for each in times if last and each.created_at > last - timedelta(days=CHRONIC_DAYS)]
    return lately if len(lately) >= CHRONIC_TIMES else []


def unlikely_share(part: int, whole: int, usual_share: float) -> bool:
    """More of one team's than chance gives at everybody's share."""
    share = min(max(usual_share, 0.01), 0.99)
    logs = (
        lgamma(whole + 1)
        - lgamma(each + 1)
        - lgamma(whole - each + 1)
        + each * log(share)
        + (whole - each) * log1p(-share)
        for each in range(part, whole + 1)
    )
    return sum(map(exp, logs)) < _CONDUCT_CHANCE


@dataclass(frozen=True, slots=True)
class Conduct:
    """How one team ended its tickets lately."""

    closed: int = 0
    rushed: int = 0
    """Put down as done minutes before the limit, then reopened"""
    defaults: int = 0
    """Ended because the resident never answered"""
    own: int = 0
    """Confirmed or rated by somebody of the team itself"""


def misconduct(teams: Mapping[str, Conduct]) -> Iterator[tuple[str, str, int, int]]:
    """(team, what, how many, of how many closed), each against all other teams."""
    for team, one in teams.items():
        others = [each for code, each in teams.items() if code != team]
        closed = sum(each.closed for each in others)
        for what, fewest in (("rushed", FEWEST_RUSHED), ("defaults", FEWEST_DEFAULTS)):
            count = getattr(one, what)
            share = sum(getattr(each, what) for each in others) / closed if closed else 0.0
            if count >= fewest and unlikely_share(count, max(one.closed, count), share):
                yield team, what, count, one.closed
        if one.own >= FEWEST_OWN:
            yield team, "own", one.own, one.closed
