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
_CLUSTER_CHANCE = 5e-5
"""By mere chance, of one place and sub-item on one day"""
CHRONIC_DAYS, CHRONIC_TIMES = 30, 3
_CHRONIC_CHANCE = 2e-3
"""By mere chance, of one house and sub-item: where every house has it now and then, one more is no news"""
_CONDUCT_CHANCE = 1e-3
_QUIET = 0.5
"""A place from which little is heard is perhaps one from which little is told"""
FEWEST_RUSHED, FEWEST_DEFAULTS, FEWEST_OWN = 3, 8, 3


def chance_of(count: int, past: Sequence[int], busy: float = 1.0) -> float:
    """The probability of `count` or more, 0 to 1, given the counts of `past` days (or houses).

    A Poisson count whose mean is uncertain (gamma prior of 0.5), because the history is short. `busy`: how many times
    the usual number is expected here.
    """
    shape, weight = sum(past) + 0.5, len(past) / busy
    below = sum(_likely(number, shape, weight) for number in range(count))
    return max(1 - below, 0.0)


def _likely(number: int, shape: float, weight: float) -> float:
    ways = lgamma(shape + number) - lgamma(shape) - lgamma(number + 1)
    return exp(ways - number * log1p(weight) + shape * log(weight / (weight + 1)))


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


def is_chronic(times: int, other_houses: Sequence[int], busy: float) -> bool:
    """`other_houses`: how often each house around it had the same in these days. `busy`: how many times as much is
    reported from a house of this place as from one of those around.
    """
    return times >= CHRONIC_TIMES and chance_of(times, other_houses or [0], max(busy, _QUIET)) < _CHRONIC_CHANCE


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
