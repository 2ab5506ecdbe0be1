"""Questions in plain words: 「上周哪个小区停车投诉最多」 → a query, with the words that it doesn't heed."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from handlers.questions import names
from handlers.questions import words as question_words
from handlers.questions.periods import Period, Said, following, number_of, periods_in, preceding
from handlers.questions.query import ALONE, OVERVIEW, Query, changed, query_of
from handlers.questions.words import OVERVIEWS, Words
from handlers.town.town import Town
from handlers.world.nodes import GridNode
from models.grid import Level
from nlp.model.features import plain

_CALLED = {
    Level.GRID: ("网格",),
    Level.COMMUNITY: ("社区",),
    Level.STREET: ("街道",),
    Level.COUNTY: ("县", "市", "区"),
}


def parse(town: Town, text: str, now: datetime) -> Query | None:
    """A question about figures, or None: then it is something else."""
    text = plain(text)
    if not _may_ask(text, now):
        return None
    said = _read(town, Words(text), now)
    return query_of(said, now) if _asks(text, said) else None


def follows(text: str) -> bool:
    """「那上周呢」: it may change the question before, where there was one."""
    return question_words.FOLLOWS.fullmatch(text) is not None


def asks_of_own(text: str) -> bool:
    """It may ask of an area that depends on the asker: 「我们社区怎么样」."""
    return bool(question_words.OWN.search(text) and question_words.ASKS.search(text))


def with_own_area(text: str, own: GridNode | None) -> str:
    """「我们社区」 by its name, where it is a community that they oversee."""
    if own is None:
        return text
    return question_words.OWN.sub(lambda said: own.name if said[1] in _CALLED[own.level] else said[0], text)


def parse_all(town: Town, texts: Sequence[str], now: datetime) -> Query | None:
    """「上周停车多少件」, 「那噪音呢」: a question and what changes it since. None where a change isn't read whole."""
    first = parse(town, texts[0], now)
    if first is None or len(texts) == 1:
        return first
    said = _read(town, Words(plain(texts[0])), now)
    for text in texts[1:]:
        found = question_words.FOLLOWS.fullmatch(plain(text))
        change = _read(town, Words(found[1]), now) if found else {}
        if not change or "unread" in change:
            return None
        said = changed(said, change)
    if "against" in said and ("group" in said or said.get("measure") in ALONE):
        return None
    return query_of(said, now)


def _may_ask(text: str, now: datetime) -> bool:
    """Told at a glance: most messages ask for nothing."""
    if not question_words.ASKS.search(text):
        return False
    return bool(question_words.COUNTED.search(text) or periods_in(text, now))


def _read(town: Town, words: Words, now: datetime) -> dict[str, Any]:
    """What is said of a query, by the names of its fields. The order matters: each reader takes its words away."""
    place, grid, team = names.where(town, words)
    words.unread += words.all(question_words.UNHEEDED)
    measure = words.first(question_words.MEASURES)[0] or words.first(question_words.STILL)[0]
    if measure:
        words.unread += words.all(question_words.COUNT_BESIDE)
    if measure.endswith("_rate"):
        words.unread += words.all(question_words.NUMBERED)
    period, against = _when(words, now)
    group, by = _grouped(words, measure)
    source, _ = words.first(question_words.SOURCES)
    category, item = names.category(town, words)
    limit, order = _limit(words, by), _order(words, measure)
    named_team = team
    team, grid, category, item = names.by_a_part(town, words, (team, grid, category, item))
    if place and team != named_team:  # 「宜居公益物业」: its name was cut in two
        words.unread.append(town.world.teams[team].name)
    if against and (group or measure in ALONE):
        words.unread.append(f"比{against.name}")
        against = None
    if not (measure or group or item or source or against or words.unread) and OVERVIEWS.fullmatch(words.text):
        words.take(0, len(words.text))
        measure = OVERVIEW
    kind = next((kind.value for word, kind in question_words.KINDS if group == "team" and re.search(word, by)), "")
    said = {
        "period": period,
        "against": against,
        "measure": measure,
        "group": group,
        "grid": grid,
        "category": category,
        "item": item,
        "source": source,
        "order": order,
        "limit": limit,
        "place": place,
        "team": team,
        "kind": kind,
        "unread": (*words.unread, *words.chunks()),
    }
    return {name: value for name, value in said.items() if value}


def _asks(text: str, said: dict[str, Any]) -> bool:
    """Or it is a report, rather, with a word of time in it."""
    unread, how_many = said.get("unread", ()), question_words.HOW_MANY.search(text)
    given = said.keys() - {"unread", "measure", "group", "order", "limit"}  # when, where, of what
    if unread and (not how_many or _is_mostly(unread, text) or question_words.REPEATED.search(text)):
        return False
    match said:
        case {"measure": "overview"} | {"against": _}:
            return bool(given)
        case {"measure": _}:
            asks = question_words.ASKS_PLAINLY.search(text) or question_words.YES_OR_NO.search(text)
            return bool(asks) or text.endswith(("?", "？"))
        case {"group": "place"} if question_words.IN_PASSING.search(text):
            return bool(how_many or question_words.TOLD.search(text) or "category" in given)
        case {"group": _}:
            return bool(how_many or given) or not question_words.IN_PASSING.search(text)
    return _counts(text, given, unread) and bool(how_many or question_words.YES_OR_NO.search(text))


def _is_mostly(unread: Sequence[str], text: str) -> bool:
    return sum(map(len, unread)) * 2 > len(text) and not question_words.CERTAINLY.search(text)


def _counts(text: str, given: Collection[str], unread: Sequence[str]) -> bool:
    """It is said what to count, where no measure is: tickets, or anything in a time."""
    if question_words.TICKETS.search(text) or (given and question_words.TOLD.search(text)):
        return True
    if unread:
        return "period" in given and ("category" in given or "source" in given)
    return "period" in given or bool(given and question_words.NUMBERED.search(text))


def _when(words: Words, now: datetime) -> tuple[Period | None, Period | None]:
    """The period and the earlier one with which it is compared; another one is not heeded."""
    found = periods_in(words.text, now)
    pair = _compared(words.text, found, now)
    said = [words.take(each.start, each.end) for each in found]
    if pair:
        words.all(question_words.COMPARES)
        return pair
    words.unread += said[1:]
    return (found[0].period if found else None), None


def _compared(text: str, found: Sequence[Said], now: datetime) -> tuple[Period, Period] | None:
    """The later and the earlier of two that are compared: both are named, or one and 「比」."""
    compares = question_words.COMPARES.search(text)
    earlier: Period | None
    later: Period | None
    match found:
        case [first, second] if compares or question_words.JOINS.fullmatch(text, first.end, second.start):
            earlier, later = sorted((first.period, second.period), key=lambda each: each.since)
        case [base] if compares and question_words.BASE.search(text, 0, base.start):
            earlier, later = base.period, following(base.period, now)
        case [last] if "环比" in text:
            earlier, later = preceding(last.period, now), last.period
        case _:
            return None
    return (later, earlier) if earlier and later and earlier.until <= later.since else None


def _grouped(words: Words, measure: str) -> tuple[str, str]:
    """By what, and in which words."""
    group, by = words.first(question_words.GROUPS)
    if measure and not group:
        group, by = words.first(question_words.BEFORE_A_MEASURE)
    other, said = words.first(question_words.ASKED_IN_PASSING)
    if said.startswith("谁") and measure not in question_words.OF_TEAMS:
        words.unread.append(said)
        return group, by
    if not (group or other) and question_words.RANKING.search(words.text):
        return "team", ""
    if not group:
        return other, said
    words.unread += [said] if other not in {"", group} else []
    return group, by


def _order(words: Words, measure: str) -> str:
    """Empty where none is said. Best and worst are said of rates alone."""
    words.all(question_words.ORDER)
    best = question_words.BEST.findall(words.said)
    words.all(question_words.BEST)
    if best and not measure.endswith("_rate"):
        words.unread += best
    if (
        re.search(rf"最少|最低|[少低][到至][多高]|倒数|后{question_words.NUMBER}[名位个家]", words.said)
        or "最差" in best
    ):
        return "asc"
    return "desc" if re.search("最[多高]", words.said) else ""


def _limit(words: Words, group: str) -> int:
    """「前三名」, 「倒数第2」, 「最多的5个小区」; 0 where none is said."""
    found = question_words.LIMIT.search(words.text)
    if found:
        said = words.take(*found.span())
        words.unread += [] if group else [said]
        return number_of(found[1]) if group else 0
    number = re.search(rf"{question_words.NUMBER}(?=[名个家位的]|\D)", re.sub("[哪每]一", "", group))
    return number_of(number[0]) if number else 0
