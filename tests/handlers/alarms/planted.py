"""Synthetic years of streets with trouble planted in them: how much of it is found, and how often we cry wolf.

`PYTHONPATH=.:tests python tests/handlers/alarms/planted.py` prints the figures. The rules were set on seeds 1 to 5; the
test measures others.
"""

import random
import sys
from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp

from handlers.alarms.rules import WEEKS, Conduct, Event, chronic, is_chronic, is_cluster, misconduct

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 365
COMMUNITIES, PLACES, HOUSES, ITEMS, TEAMS = 5, 4, 12, 45, 8
A_DAY = 22
PLANTED = 30


@dataclass
class Measured:
    planted: int = 0
    found: int = 0
    false: int = 0
    weeks: float = 0

    def __add__(self, other):
        return Measured(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def recall(self):
        return self.found / self.planted

    @property
    def false_a_week(self):
        return self.false / self.weeks


def _poisson(chance, mean):
    limit, count, product = exp(-mean), 0, chance.random()
    while product > limit:
        count, product = count + 1, product * chance.random()
    return count


def _year(chance):
    """(day, community, place, house, sub-item): Mondays are busy, Sundays quiet, summers worse, some places worse."""
    items = [1 / (1 + n) for n in range(ITEMS)]
    places = [(c, p) for c in range(COMMUNITIES) for p in range(PLACES)]
    weights = [1 / (1 + (c * PLACES + p) % 7) for c, p in places]
    for day in range(DAYS):
        busy = (1.35, 1.1, 1, 1, 1, 0.85, 0.7)[day % 7] * (1 + 0.3 * abs(day - 180) / 180) * (0.8 + 0.4 * day / DAYS)
        for _ in range(_poisson(chance, A_DAY * busy)):
            c, p = chance.choices(places, weights)[0]
            yield day, c, p, chance.randrange(HOUSES), chance.choices(range(ITEMS), items)[0]


def clusters(seed):
    """A burst lies in one place or over a community, of a sub-item that is usual there or not: 7 to 11 in a day."""
    chance = random.Random(seed)
    tickets, planted = list(_year(chance)), set()
    while len(planted) < PLANTED:
        day, c, item = chance.randrange(WEEKS * 7, DAYS), chance.randrange(COMMUNITIES), chance.randrange(ITEMS)
        planted.add((day, c, item))
        only = chance.choice((None, chance.randrange(PLACES)))
        places = (chance.randrange(PLACES) if only is None else only for _ in range(chance.randint(7, 11)))
        tickets += [(day, c, place, chance.randrange(HOUSES), item) for place in places]
    counts = [defaultdict(int) for _ in range(DAYS)]
    for day, c, p, _, item in tickets:
        counts[day][c, None, item] += 1
        counts[day][c, p, item] += 1
    raised = set()
    for day in range(WEEKS * 7, DAYS):
        for (c, p, item), count in counts[day].items():
            if is_cluster(count, [counts[day - 7 * week].get((c, p, item), 0) for week in range(1, WEEKS + 1)]):
                raised.add((day, c, item))
    return Measured(len(planted), len(planted & raised), len(raised - planted), (DAYS - WEEKS * 7) / 7)


def chronic_houses(seed):
    """The same thing breaks again some days after it was mended, three times within a month."""
    chance = random.Random(seed)
    houses = defaultdict(list)
    for number, (day, c, p, house, item) in enumerate(_year(chance)):
        at = START + timedelta(days=day, hours=chance.uniform(7, 22))
        houses[c, p, house, item].append(Event(number, at, at + timedelta(days=chance.lognormvariate(0.3, 0.8))))
    planted = {}
    for number in range(PLANTED):
        key = chance.randrange(COMMUNITIES), chance.randrange(PLACES), chance.randrange(HOUSES), chance.randrange(ITEMS)
        at = START + timedelta(days=chance.uniform(10, DAYS - 40))
        for turn in range(3):
            mended = at + timedelta(days=chance.uniform(0.3, 2.5))
            houses[key].append(Event(10**6 + number * 3 + turn, at, mended))
            at = mended + timedelta(days=chance.uniform(2, 9))
        planted[key] = 10**6 + number * 3 + 2
    raised, found, told = 0, set(), set()
    around, of_place = defaultdict(list), defaultdict(list)  # by community and sub-item; by community and place
    for (c, p, house, item), events in houses.items():
        around[c, item] += [(each.created_at, (p, house)) for each in events]
        of_place[c, p] += [each.created_at for each in events]
    for moments in of_place.values():
        moments.sort()
    for key, events in houses.items():
        events.sort(key=lambda each: each.created_at)
        for at, last in enumerate(events):
            since = last.created_at - timedelta(days=30)
            times = chronic(each for each in events[: at + 1] if each.created_at > since)
            if not times or told & {each.id for each in times}:
                continue
            c, p, house, item = key
            others = defaultdict(int)
            for moment, where in around[c, item]:
                others[where] += since < moment <= last.created_at and where != (p, house)
            counts = [*others.values(), *[0] * (PLACES * HOUSES - 1 - len(others))]
            heard = [bisect(of_place[c, n], last.created_at) - bisect(of_place[c, n], since) for n in range(PLACES)]
            if is_chronic(len(times), counts, heard[p] * PLACES / sum(heard)):
                told |= {each.id for each in times}
                if key in planted and any(each.id >= 10**6 for each in times):
                    found.add(key)
                else:
                    raised += 1
    return Measured(len(planted), len(found), raised, DAYS / 7)


def conduct(seed):
    """Of eight teams one rushes, waits for defaults or rates itself, for a month."""
    chance = random.Random(seed)
    measured = Measured()
    for month in range(12):
        guilty = {what: chance.randrange(TEAMS) for what in ("rushed", "defaults", "own")} if month % 2 else {}
        teams = {}
        for team in range(TEAMS):
            closed = chance.randint(30, 130)
            counts = {"rushed": _poisson(chance, closed * 0.006), "defaults": 0, "own": int(chance.random() < 0.1)}
            usual = chance.uniform(0.16, 0.26)  # residents of some places answer less
            counts["defaults"] = sum(
                chance.random() < (0.62 if guilty.get("defaults") == team else usual) for _ in range(closed)
            )
            counts["rushed"] += chance.randint(6, 10) if guilty.get("rushed") == team else 0
            counts["own"] += chance.randint(4, 9) if guilty.get("own") == team else 0
            teams[f"{team}"] = Conduct(closed, **counts)
        told = {(what, int(team)) for team, what, _, _ in misconduct(teams)}
        right = set(guilty.items())
        measured += Measured(len(right), len(told & right), len(told - right), 30 / 7)
    return measured


def measure(seeds):
    kinds = (clusters, chronic_houses, conduct)
    return {kind.__name__: sum((kind(seed) for seed in seeds), Measured()) for kind in kinds}


if __name__ == "__main__":
    for name, got in measure(range(*map(int, sys.argv[1:3] or (1, 6)))).items():
        print(
            f"{name}: recall {got.recall:.3f} ({got.found}/{got.planted}), {got.false_a_week:.3f} false a street and week"
        )
