"""What is counted in a text: one pass finds what counting word by word finds."""

import re
from collections import Counter

import pytest

from nlp.model.features import Featurizer, plain
from nlp.model.labels import alarm_words, topics
from nlp.training.corpus import read_corpus

LETTER = (
    "物业收费不合理。电梯坏了三个月没有人修，老人下不了楼，打了无数次电话都说已经上报，请有关部门尽快处理，谢谢。" * 2
)


@pytest.fixture(scope="module")
def featurizer(reader):
    return Featurizer(reader.model.segmenter)


def counted(text, lexicon, *, alone):
    """Every word of every group, wherever it stands between two other signs than Chinese characters."""
    found = Counter()
    for group in lexicon:
        for word in group.words:
            if (alone and len(word) == 1) or re.fullmatch("[\u4e00-\u9fff]{2,}", word):
                found[group.key] += sum(text.startswith(word, start) for start in range(len(text)))
    return +found


def test_a_short_text_counts_once(featurizer):
    for text in ("", "a", "ktv太吵", *[plain(example.text[:60]) for example in read_corpus()[::50]]):
        features = featurizer.features(text)
        assert features.words == featurizer.segmenter.cut(text)
        assert features.pairs == [text[start : start + 2] for start in range(len(text) - 1)]
        assert Counter(features.topics) == counted(text, topics(), alone=False)
        assert Counter(features.alarms) == counted(text, alarm_words(), alone=True)


def test_the_first_sentence_of_a_letter_counts_twice(featurizer):
    features, lead = featurizer.features(LETTER), "物业收费不合理"
    assert Counter(features.pairs) == Counter(featurizer.features(lead).pairs) + Counter(
        LETTER[start : start + 2] for start in range(len(LETTER) - 1)
    )
    assert features.words.count("收费") == LETTER.count("收费") + 1
    assert Counter(features.topics) == counted(LETTER, topics(), alone=False) + counted(lead, topics(), alone=False)


def test_punctuation_digits_and_single_letters_are_not_learned(featurizer):
    features = featurizer.features("3号楼A座，ok吗？")
    assert set(features.learnable("pairs")) == {"号楼"}
    assert "ok" not in features.learnable("pairs")
    assert {"，", "？", "3", "a"}.isdisjoint(features.learnable("words"))


def test_what_a_clause_says_together_is_read_of_short_texts_alone(featurizer):
    features = featurizer.features("老人倒了，快来")
    assert set(features.together) == {*_pairs_of("老人倒了"), *_pairs_of("快来")}
    assert set(features.crossed) == {f"{a} {b}" for a in features.alarms for b in features.alarms if a < b}
    assert featurizer.features(LETTER).together == featurizer.features(LETTER).characters == ()


def _pairs_of(clause):
    return {a + b for a in clause for b in clause if a < b}
