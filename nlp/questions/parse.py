"""Questions in plain words: 「上周哪个小区停车投诉最多」 → a query, with the words that it could not use."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from nlp.model.features import plain
from nlp.questions.amounts import amounts_in
from nlp.questions.asks import asks, may_ask
from nlp.questions.compared_periods import when
from nlp.questions.filters import AREAS, Chosen, chosen
from nlp.questions.follow_up import base_of, change_in, changed, changes, follows, is_of_these
from nlp.questions.groups import grouped
from nlp.questions.hours import hours_in
from nlp.questions.measures import acts_of, measures_of
from nlp.questions.names import Names
from nlp.questions.numbers import NUMBER, number_of
from nlp.questions.periods import all_periods
from nlp.questions.query import ALONE, COUNT, SHARE, Query, query_of
from nlp.questions.settling import settled
from nlp.questions.tokens import Token, cover
from nlp.questions.vocabulary import vocabulary

_NUMBER = re.compile(NUMBER)
_NOTHING: Mapping[str, Any] = {}
_ELLIPTIC = frozenset({"amount", "group", "bound", "compare"})


def parse(names: Names, text: str, now: datetime) -> Query | None:
    """The query of a question about figures; None if the text is none."""
    text = plain(text)
    if not may_ask(text):
        return None
    tokens, unread = _tokens(names, text, now)
    said = _without_acts(_read(names, text, tokens, unread, now))
    return query_of(said, now) if asks(text, tokens, said) else None


def parse_all(names: Names, texts: Sequence[str], now: datetime) -> Query | None:
    """「上周停车多少件」, 「那噪音呢」: a question and its follow-ups. None if a follow-up has unread words."""
    first = parse(names, texts[0], now)
    if first is None or len(texts) == 1:
        return first
    said = _said(names, texts[0], {}, now)
    levels = {code: area.level for code, area in names.areas.items()}
    for text in changes(texts[1:]):
        before = base_of(said, plain(text))
        change = _said(names, change_in(plain(text)), before, now)
        if "unread" in change or (not change and before == said):
            return None
        said = changed(before, change, levels, adds=text.startswith("再"))
    return None if _cannot_be(said) else query_of(_without_acts(said), now)


def may_follow(names: Names, text: str, now: datetime) -> bool:
    """「那上周呢」, or a question for a number that is incomplete by itself: 「超时的有几件」."""
    text = plain(text)
    if follows(text):
        return True
    if parse(names, text, now) is None:
        return False
    tokens, unread = _tokens(names, text, now)
    said = _read(names, text, tokens, unread, now)
    of_this_moment = "now" in said or any(token.kind == "still" for token in tokens)
    of_its_own = "only" in said and ("measures" in said or "source" in said["only"] or not is_of_these(text))
    whole = "period" in said or of_this_moment or of_its_own or {"measures", "group"} <= said.keys()
    return not whole and any(token.kind in _ELLIPTIC for token in tokens)


def _said(names: Names, text: str, before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The query's fields that a text names, whether or not it is a question."""
    text = plain(text)
    tokens, unread = _tokens(names, text, now)
    return _read(names, text, tokens, unread, now, before)


def _cannot_be(said: Mapping[str, Any]) -> bool:
    return "against" in said and not ALONE.isdisjoint(said.get("measures", ()))


def _without_acts(said: Mapping[str, Any]) -> dict[str, Any]:
    """「接单」 alone is no figure; it is one only after a question about durations (follow_up)."""
    rest = {name: value for name, value in said.items() if name not in {"act", "now"}}
    return rest if "act" not in said or "measures" in said else rest | {"unread": (*said.get("unread", ()), "接办")}


def _tokens(names: Names, text: str, now: datetime) -> tuple[list[Token], tuple[str, ...]]:
    tokens, unread = cover(text, _candidates(names, text, now))
    return settled(tokens), unread


def _candidates(names: Names, text: str, now: datetime) -> Iterator[Token]:
    for said in all_periods(text, now):
        yield Token("period", said.period, said.start, said.end)
    yield from names.tokens(text)
    yield from hours_in(text)
    yield from amounts_in(text)
    for kind, value, pattern in vocabulary().phrases:
        for match in pattern.finditer(text):
            start, end = match.span(1)
            if end > start:
                yield _token(kind, value, match[1], start)
    longest = vocabulary().longest
    for start in range(len(text)):
        for end in range(start + 1, min(start + longest, len(text)) + 1):
            for kind, value in vocabulary().plain_words.get(text[start:end], ()):
                yield _token(kind, value, text[start:end], start)


def _token(kind: str, value: str, words: str, start: int) -> Token:
    number = _NUMBER.search(words) if kind == "limit" else None
    return Token(kind, (value, number_of(number[0])) if number else value, start, start + len(words))


def _read(
    names: Names,
    text: str,
    tokens: Sequence[Token],
    unread: Sequence[str],
    now: datetime,
    before: Mapping[str, Any] = _NOTHING,
) -> dict[str, Any]:
    """The fields that a text names; `before`: the fields of the question that it changes."""
    not_heeded = list[Token]()
    measures, stat = measures_of(tokens, not_heeded, before.get("measures", (COUNT,)) if before else ())
    what = chosen(names, tokens)
    meant = measures or before.get("measures", ())
    by = grouped(names, tokens, what.only, meant, before.get("group", ""))
    period, against = when(text, tokens, meant, now, not_heeded, before.get("period"))
    not_heeded += _idle(tokens, compared=bool(against or by.group or len(measures) > 1))
    if measures == (SHARE,) and not (not_heeded or what.only or what.but or by.group or before):
        not_heeded += [token for token in tokens if token.kind == SHARE]  # a share of what?
    for name, values in by.only.items():
        what.only.setdefault(name, []).extend(value for value in values if value not in what.only[name])
    only, but, whole = what.frozen()
    ignored = sorted({*not_heeded, *what.unread, *by.unread}, key=lambda token: token.start)
    said = {
        "period": period,
        "against": against,
        "measures": measures,
        "stat": stat,
        "act": acts_of(tokens) if not measures else "",
        "group": by.group,
        "only": only,
        "but": but,
        "whole": whole or _whole(what, measures),
        "having": by.having,
        "order": by.order,
        "limit": by.limit,
        "now": any(token.kind == "now" for token in tokens),
        "unread": (*(token.words(text) for token in ignored), *unread),
    }
    return {name: value for name, value in said.items() if value}


def _idle(tokens: Sequence[Token], *, compared: bool) -> list[Token]:
    """Figures that we don't have, and words that compare where nothing is compared."""
    idle = {"cannot"} if compared else {"cannot", "compare", "pair", "others"}
    if any(token.kind == "except" for token in tokens):
        idle -= {"others"}  # 「除了停车别的几件」 says it twice
    return [token for token in tokens if token.kind in idle]


def _whole(what: Chosen, measures: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """「德尚小区停车占比」: the whole is all tickets of 德尚小区."""
    areas = {name: tuple(values) for name, values in what.only.items() if name in AREAS and values}
    return areas if SHARE in measures and len(areas) < len(what.only) else {}
