"""When to raise an alarm: pure functions of counts and lists, so that they can be measured over years of data.

The thresholds allow at most one false alarm a week in a street (tests/handlers/alarms measures it).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, lgamma, log, log1p

WEEKS = 8
"""Number of past weeks; the same weekday of each gives the usual count"""
FEWEST_OF_CLUSTER = 4
_CLUSTER_CHANCE = 5e-5
"""Probability threshold for one place and sub-item on one day"""
CHRONIC_DAYS, CHRONIC_TIMES = 30, 3
_CHRONIC_CHANCE = 2e-3
"""Probability threshold for one building and sub-item, given how often other buildings have the same"""
_CONDUCT_CHANCE = 1e-3
_QUIET = 0.5
"""Least value of `busy`: few reports from a place may mean that its residents rarely report"""
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
    """A ticket of the same building and sub-item."""

    id: int
    created_at: datetime
    ended_at: datetime | None


def chronic(events: Iterable[Event]) -> list[Event]:
    """Recurrences: each began after the one before had ended, all within CHRONIC_DAYS of the last. Neighbours' reports
    of one breakdown count once. Empty if there are fewer than CHRONIC_TIMES.
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
    """Whether so many recurrences are unlikely. `other_houses`: how often each other building had the same problem.
    `busy`: reports from a building of this place, relative to those from one nearby.
    """
    return times >= CHRONIC_TIMES and chance_of(times, other_houses or [0], max(busy, _QUIET)) < _CHRONIC_CHANCE


def unlikely_share(part: int, whole: int, usual_share: float) -> bool:
    """Whether `part` of `whole` is improbably many at the usual share (binomial tail)."""
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
    """How a team ended its tickets in the last thirty days."""

    closed: int = 0
    rushed: int = 0
    """Resolved minutes before the deadline, then reopened"""
    defaults: int = 0
    """Closed by default because the resident never answered"""
    own: int = 0
    """Confirmed or rated by a member of the team itself"""


def misconduct(teams: Mapping[str, Conduct]) -> Iterator[tuple[str, str, int, int]]:
    """(team, what, count, closed) for each team that is conspicuous among all others."""
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
