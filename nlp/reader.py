"""The reader: one text in, everything that the other rooms want to know of it out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from pathlib import Path

from nlp import store
from nlp.alarms import DANGER, LONGEST_ALARM, SHORTEST_ALARM
from nlp.features import Features, Featurizer, plain
from nlp.intents import set_phrase
from nlp.labels import CONSULT, OTHER
from nlp.linear import Weighed, ranked
from nlp.mentions import find_place
from nlp.parts import announces, candidate_parts
from nlp.places import Gazetteer
from nlp.reasons import reasons
from nlp.redflags import LETTER, RedFlag, find_red_flag
from nlp.sorting import item_of
from nlp.store import StoredModel
from nlp.times import find_times
from nlp.trust import Ranked
from nlp.understanding import Intent, Part, Understanding

LONGEST_READ = 2000  # characters; WeChat's own limit is near it, and nobody's case hangs on the rest
_QUESTIONS = ("category", "intent", "alarm", "danger", "item")
_PART_AT_LEAST = 0.5
_OTHERWISE = 0.75  # sure of another wish: whoever gives an address or asks for a person is not in danger
_FLAGGED = 0.8  # a danger fixes its category for whoever is sent, but clerks file one case in five elsewhere


@dataclass(frozen=True, slots=True)
class _Read:
    """A plain text with what the model made of it."""

    words: Sequence[str]
    features: Features
    weighed: Weighed
    categories: tuple[tuple[str, float], ...]
    intents: tuple[tuple[str, float], ...]
    alarms: tuple[tuple[str, float], ...]
    dangers: tuple[tuple[str, float], ...]
    items: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Understands texts. Nothing in it changes, so threads and forked processes may share it."""

    model: StoredModel
    gazetteer: Gazetteer
    featurizer: Featurizer

    @classmethod
    def load(cls, model_dir: Path, gazetteer: Gazetteer | None = None) -> "Reader":
        """The model in use under a folder; `BadModelError` says what to do where there is none."""
        return cls.of(store.load(model_dir), gazetteer)

    @classmethod
    def of(cls, model: StoredModel, gazetteer: Gazetteer | None = None) -> "Reader":
        return cls(model, gazetteer or Gazetteer(), Featurizer(model.segmenter))

    def with_places(self, gazetteer: Gazetteer) -> "Reader":
        """The same reader in a world with other places; shares the model."""
        return replace(self, gazetteer=gazetteer)

    def understand(self, text: str) -> Understanding:
        shown = text[:LONGEST_READ]
        said = plain(shown)
        read = self._read(said)
        flag = find_red_flag(said)
        alarm = flag.key if flag else self._alarm(said, read)
        intent, intent_confidence = self._intent(said, read, alarm)
        candidates = read.categories if flag is None or len(said) > LETTER else _flagged(read.categories, flag)
        category, confidence = candidates[0]
        place = find_place(said, read.words, self.model.segmenter.links, self.gazetteer)
        return Understanding(
            text=text,
            intent=intent,
            intent_confidence=intent_confidence,
            category=category,
            confidence=confidence,
            candidates=candidates,
            sure=bool(alarm) or self._sure(read, category, confidence),
            also=tuple(label for label, share in read.categories[:3] if label != category and self._accepts(share)),
            item=item_of(read.items, read.features.topics, category),
            urgent=bool(alarm),
            red_flag=alarm,
            place=replace(place, name=shown[place.start : place.start + len(place.name)]) if place else None,
            parts=self._parts(shown) if intent is Intent.REPORT else (),
            times=find_times(said),
        )

    def explain(self, text: str, category: str = "") -> tuple[tuple[str, float], ...]:
        """The words that weighed most for a category (the chosen one if none is given), the heaviest first."""
        read = self._read(plain(text[:LONGEST_READ]))
        return reasons(self.model.linear, read.features, read.words, category or read.categories[0][0])

    def _read(self, said: str) -> _Read:
        linear, words = self.model.linear, self.model.segmenter.cut(said)
        features = self.featurizer.features_of(said, words)
        weighed = linear.weigh(features)
        scores = linear.scores(weighed)
        categories, intents, alarms, dangers, items = (
            ranked(linear.heads[head].labels, linear.probabilities(scores, head)) for head in _QUESTIONS
        )
        categories = self.model.card.trust.applied(categories)
        intents = _reconciled(intents, categories)
        return _Read(words, features, weighed, categories, intents, alarms, dangers, items)

    def _sure(self, read: _Read, category: str, confidence: float) -> bool:
        """「其他」 is what remains where nothing speaks; of a text without a word of the field we know nothing."""
        known = category != OTHER or bool(read.features.topics)
        return known and confidence >= self.model.card.thresholds.sure

    def _accepts(self, share: float) -> bool:
        return share >= self.model.card.thresholds.also

    def _alarm(self, said: str, read: _Read) -> str:
        """A danger told around corners, which no rule knows; "" for none."""
        intent, certainty = read.intents[0]
        if not SHORTEST_ALARM <= len(said) <= LONGEST_ALARM or (intent != Intent.REPORT and certainty > _OTHERWISE):
            return ""
        raised = dict(read.alarms)[DANGER] >= self.model.card.thresholds.alarm
        return read.dangers[0][0] if raised else ""

    def _intent(self, said: str, read: _Read, alarm: str) -> tuple[Intent, float]:
        if alarm:
            return Intent.REPORT, 1.0
        if (phrase := set_phrase(said.strip())) is not None:
            return phrase, 1.0
        intent, confidence = read.intents[0]
        return Intent(intent), confidence

    def _parts(self, shown: str) -> tuple[Part, ...]:
        """The problems of a message that has several; empty where it has one.

        Two of one category are told apart where a second one is announced: 「电梯坏了，另外路灯不亮」.
        """
        parts = [self._part(piece) for piece in candidate_parts(shown)]
        clear = [part for part in parts if part is not None]
        apart = len({part.category for part in clear}) > 1
        apart = apart or (len({part.item for part in clear if part.item}) > 1 and announces(shown))
        return tuple(clear) if apart else ()

    def _part(self, piece: str) -> Part | None:
        read = self._read(plain(piece))
        category, confidence = read.categories[0]
        if read.intents[0][0] != Intent.REPORT or confidence < _PART_AT_LEAST:
            return None
        return Part(piece, category, confidence, item_of(read.items, read.features.topics, category))


def _reconciled(intents: Sequence[tuple[str, float]], categories: Sequence[tuple[str, float]]) -> Ranked:
    """A question or a grievance in the form of one: both heads have a say, 「电梯怎么还不修」 asks for no advice."""
    asks = dict(categories)[CONSULT]
    factors = {Intent.CONSULT: sqrt(asks), Intent.REPORT: sqrt(1 - asks)}
    weighed = [(intent, share * factors.get(Intent(intent), 1.0)) for intent, share in intents]
    total = sum(share for _intent, share in weighed)
    return tuple(sorted(((intent, share / total) for intent, share in weighed), key=lambda pair: -pair[1]))


def _flagged(candidates: Sequence[tuple[str, float]], flag: RedFlag) -> tuple[tuple[str, float], ...]:
    """The flag's category first, the model's opinion after it in what is left of certainty."""
    rest = [(label, share) for label, share in candidates if label != flag.category]
    total = sum(share for _label, share in rest) or 1.0
    return ((flag.category, _FLAGGED), *((label, (1 - _FLAGGED) * share / total) for label, share in rest))
