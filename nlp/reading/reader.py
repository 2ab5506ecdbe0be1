"""The reader: turns one text into everything that other packages need to know about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from nlp.model import store
from nlp.model.features import LONGEST_ALARM, Features, Featurizer, plain
from nlp.model.labels import CONSULT, DANGER, OTHER, items
from nlp.model.linear import ranked
from nlp.model.store import StoredModel
from nlp.model.trust import Ranked
from nlp.places.gazetteer import Gazetteer
from nlp.reading.clause_scores import scores_of
from nlp.reading.complained_of import COMPLAINS, HEAD, beside_reach, complained_of
from nlp.reading.mentions import find_place
from nlp.reading.parts import Splitter, candidate_parts
from nlp.reading.reasons import reasons
from nlp.reading.redflags import (
    LETTER,
    SHORTEST_ALARM,
    RedFlag,
    find_red_flag,
    is_doubted,
    is_hedged,
    is_over,
    is_told_of,
)
from nlp.reading.set_phrases import set_phrase, set_wish
from nlp.reading.sub_items import item_of
from nlp.reading.times import find_times
from nlp.reading.understanding import Intent, Part, PlaceMention, Understanding, Wish

LONGEST_READ = 2000  # characters; WeChat's own limit is near it, and the rest of a longer text decides nothing
_OTHERWISE = 0.75  # sure of another intent: who gives an address or asks for a person is not in danger
_VISIT = re.compile("走访|探访|看望")
"""A danger that somebody tells of on a visit is one of now"""
_ALARMED_BY_RULE = 0.1  # below it seven in eight alarms of the rules are false: 「孩子丢了红领巾」, 「热得要着火了」
_DANGER_THOUGH_TOLD = 0.5  # 「听说」 and the like speak against it, plain words for it
_URGENT_AT_LEAST = 0.3  # below it fewer than one in two are urgent
_ASKED_AT_LEAST = 0.5  # below it more ordinary lines than dangers are asked about, on the first half of those apart
_DOUBTED_AT_LEAST = 0.25  # the writer is in doubt as well: 「听不清是人还是电视」
_SURE_AT_LEAST = 0.6  # the cost of wrong categories hardly changes from 0.55 to 0.65; 「没修好呀」 is not about a road
_UNSURE_WISH = 0.55
_ONE_CHARACTER = 0.3
_WISHES = frozenset(Wish)
_FLAGGED = 0.8  # a danger fixes its category for the team sent, but clerks file one case in five elsewhere


class _Read(NamedTuple):
    """A plain text with the model's scores; they become probabilities only when needed."""

    words: Sequence[str]
    features: Features
    scores: Sequence[float]
    categories: Ranked
    intent: str
    certainty: float


@dataclass(frozen=True, slots=True)
class Reader:
    """Understands texts. It is immutable, so threads and forked processes may share it."""

    model: StoredModel
    gazetteer: Gazetteer
    featurizer: Featurizer

    @classmethod
    def load(cls, model_dir: Path, gazetteer: Gazetteer | None = None) -> "Reader":
        """Loads the model in use from a folder. Raises BadModelError, which says what to do, if there is none."""
        return cls.of(store.load(model_dir), gazetteer)

    @classmethod
    def of(cls, model: StoredModel, gazetteer: Gazetteer | None = None) -> "Reader":
        return cls(model, gazetteer or Gazetteer(), Featurizer(model.segmenter))

    def with_places(self, gazetteer: Gazetteer) -> "Reader":
        """The same reader with other places; it shares the model."""
        return replace(self, gazetteer=gazetteer)

    def understand(self, text: str) -> Understanding:
        shown = text[:LONGEST_READ]
        said = plain(shown)
        read = self._read(said)
        flag = find_red_flag(said)
        place = find_place(said, read.words, self.model.segmenter.links, self.gazetteer)
        alarm, question = self._danger_by_rule(said, read, flag, place) if flag else self._danger(said, read)
        intent, intent_confidence = self._intent(said, read, alarm)
        candidates = read.categories if flag is None or len(said) > LETTER else _flagged(read.categories, flag)
        category, confidence = candidates[0]
        return Understanding(
            text=text,
            intent=intent,
            intent_confidence=intent_confidence,
            category=category,
            confidence=confidence,
            candidates=candidates,
            sure=bool(alarm) or self._sure(read, category, confidence),
            also=tuple(label for label, share in read.categories[:3] if label != category and self._accepts(share)),
            item=self._item(read, category),
            wish=None if alarm else self._wish(said, read),
            urgent=bool(alarm) or self._urgent(said, read),
            red_flag=alarm,
            danger_question=question,
            place=_as_written(place, shown) if place else None,
            parts=self._parts(shown, alarm) if intent is Intent.REPORT else (),
            times=find_times(said),
        )

    def complained_of(self, text: str, they: frozenset[str] = frozenset()) -> frozenset[str]:
        """The kinds of teams that a text complains about, in any category; empty if none.

        `they`: the kinds meant by a text that names nobody.
        """
        said = beside_reach(plain(text[:LONGEST_READ]))
        return complained_of(said, max(map(self._complains, (said, *candidate_parts(said)))), they)

    def _complains(self, said: str) -> float:
        linear = self.model.linear
        scores = linear.scores(linear.weigh(self.featurizer.features_of(said, self.model.segmenter.cut(said))))
        return self._share(scores, HEAD, COMPLAINS)

    def named(self, text: str) -> frozenset[str]:
        """The sub-items that a text has a word of, in any category."""
        said = plain(text[:LONGEST_READ])
        topics = self.featurizer.features_of(said, self.model.segmenter.cut(said)).topics
        return frozenset(item.key for item in items() if item.key in topics)

    def explain(self, text: str, category: str = "") -> tuple[tuple[str, float], ...]:
        """The words that weighed most for a category (the chosen one if none is given), the heaviest first."""
        read = self._read(plain(text[:LONGEST_READ]))
        return reasons(self.model.linear, read.features, read.words, category or read.categories[0][0])

    def _read(self, said: str) -> _Read:
        linear, words = self.model.linear, self.model.segmenter.cut(said)
        features = self.featurizer.features_of(said, words)
        scores = linear.scores(linear.weigh(features))
        shares = ranked(linear.heads["category"].labels, linear.probabilities(scores, "category"))
        categories = self.model.card.trust.applied(shares)
        wishes = linear.probabilities(scores, "intent")
        likeliest = _likeliest(linear.heads["intent"].labels, wishes, dict(categories)[CONSULT])
        return _Read(words, features, scores, categories, *likeliest)

    def _item(self, read: _Read, category: str) -> str:
        items = self.model.linear.heads["item"]
        return item_of(items.labels, items.of(read.scores), read.features.topics, category)

    def _sure(self, read: _Read, category: str, confidence: float) -> bool:
        """Whether the category may be stated as fact; 「其他」 only if the text has a topic that we know."""
        known = category != OTHER or bool(read.features.topics)
        return known and confidence >= max(self.model.card.thresholds.sure, _SURE_AT_LEAST)

    def _is_a_matter(self, read: _Read) -> bool:
        """Whether one category is sure: then a text with an uncertain intent counts as a report."""
        category, share = read.categories[0]
        return category not in {OTHER, CONSULT} and self._sure(read, category, share)

    def _accepts(self, share: float) -> bool:
        return share >= self.model.card.thresholds.also

    def _danger_by_rule(self, said: str, read: _Read, flag: RedFlag, place: PlaceMention | None) -> tuple[str, str]:
        """(alarm, question): a rule alarms, but only asks if the writer doubts it or the model finds it unlikely."""
        if len(said) > LONGEST_ALARM:
            return flag.key, ""
        height = self._danger_share(said, read, place)
        doubtful = height < _ALARMED_BY_RULE or is_hedged(said) or is_told_of(_VISIT.sub("", said))
        return ("", flag.key) if doubtful else (flag.key, "")

    def _danger_share(self, said: str, read: _Read, place: PlaceMention | None) -> float:
        """The share of danger with or without the address, the higher: an address is more common in plain reports."""
        share = self._share(read.scores, "alarm", DANGER)
        if share >= _ALARMED_BY_RULE or place is None:
            return share
        rest = said[: place.start] + said[place.end :]
        return max(share, self._share(self._read(rest).scores, "alarm", DANGER))

    def _danger(self, said: str, read: _Read) -> tuple[str, str]:
        """(alarm, question) for a danger in indirect words, which no rule knows; "" for none."""
        if not SHORTEST_ALARM <= len(said) <= LONGEST_ALARM or is_over(said):
            return "", ""
        if read.intent != Intent.REPORT and read.certainty > _OTHERWISE:
            return "", ""
        thresholds = self.model.card.thresholds
        height = self._share(read.scores, "alarm", DANGER)
        told = is_told_of(said)
        ordinary = max(thresholds.question, _ASKED_AT_LEAST)
        if height < (_DANGER_THOUGH_TOLD if told else _DOUBTED_AT_LEAST if is_doubted(said) else ordinary):
            return "", ""
        dangers = self.model.linear.heads["danger"]
        which = ranked(dangers.labels, dangers.of(read.scores))[0][0]
        certain = height >= thresholds.alarm and not told and not is_hedged(said)
        return (which, "") if certain else ("", which)

    def _urgent(self, said: str, read: _Read) -> bool:
        """Harm or loss that goes on, or a frail person cut off; long letters tell of the past and never count."""
        at_least = max(self.model.card.thresholds.urgent, _URGENT_AT_LEAST)
        return len(said) <= LONGEST_ALARM and self._share(read.scores, "urgent", DANGER) >= at_least

    def _wish(self, said: str, read: _Read) -> Wish | None:
        if wish := set_wish(said.strip()):
            return wish
        if len(said) > LONGEST_ALARM:
            return None
        linear = self.model.linear
        shares = zip(linear.heads["wish"].labels, linear.probabilities(read.scores, "wish"), strict=True)
        wishes = {label: share for label, share in shares if label in _WISHES}
        if sum(wishes.values()) < self.model.card.thresholds.wish:
            return None
        return Wish(max(wishes, key=wishes.__getitem__))

    def _share(self, scores: Sequence[float], head: str, label: str) -> float:
        """The probability of a label by a head."""
        linear = self.model.linear
        return float(linear.probabilities(scores, head)[linear.heads[head].labels.index(label)])

    def _intent(self, said: str, read: _Read, alarm: str) -> tuple[Intent, float]:
        if alarm:
            return Intent.REPORT, 1.0
        if (phrase := set_phrase(said.strip())) is not None:
            return phrase, 1.0
        if read.certainty <= _UNSURE_WISH and self._is_a_matter(read):
            return Intent.REPORT, read.certainty
        # one character, 「接」, says too little to be sure of
        return Intent(read.intent), min(read.certainty, _ONE_CHARACTER) if len(said.strip()) < 2 else read.certainty

    def _parts(self, shown: str, alarm: str) -> tuple[Part, ...]:
        """The problems of a message that reports several; empty if it reports one.

        A danger is split only where the writer announces several problems, so that no question delays its filing.
        """
        splitter = Splitter(self.model.card.signs, self.model.segmenter.cut)
        look = partial(scores_of, model=self.model.linear.of_long_blocks(), featurizer=self.featurizer)
        told = splitter.told_apart(shown, look, only_announced=bool(alarm))
        return tuple(map(self._part, told)) if len(told) > 1 else ()

    def _part(self, piece: str) -> Part:
        read = self._read(plain(piece))
        category, confidence = read.categories[0]
        return Part(piece, category, confidence, self._item(read, category))


def _likeliest(labels: Sequence[str], shares: Sequence[float], asks: float) -> tuple[str, float]:
    """The likeliest intent. Both heads decide between a question and a grievance in its form: 「电梯怎么还不修」
    asks for no advice. `asks`: how far the text's category is advice.
    """
    weighed = list(shares)
    weighed[labels.index(Intent.CONSULT)] *= sqrt(asks)
    weighed[labels.index(Intent.REPORT)] *= sqrt(1 - asks)
    top = max(weighed)
    return labels[weighed.index(top)], top / sum(weighed)


def _as_written(place: PlaceMention, shown: str) -> PlaceMention:
    """The place with its name as written, with the writer's capitals or full-width digits."""
    name = shown[place.start : place.start + len(place.name)]
    return place if name == place.name else replace(place, name=name)


def _flagged(candidates: Sequence[tuple[str, float]], flag: RedFlag) -> tuple[tuple[str, float], ...]:
    """The flag's category first; the model's categories share the remaining probability."""
    rest = [(label, share) for label, share in candidates if label != flag.category]
    total = sum(share for _label, share in rest) or 1.0
    return ((flag.category, _FLAGGED), *((label, (1 - _FLAGGED) * share / total) for label, share in rest))
