"""Explains a reading: the text's words by their weight for the category."""

from collections.abc import Sequence

from nlp.model.features import Features
from nlp.model.labels import topics
from nlp.model.linear import LinearModel

_MOST = 8


def reasons(
    linear: LinearModel, features: Features, words: Sequence[str], category: str
) -> tuple[tuple[str, float], ...]:
    """Words and weights for the category, the heaviest first.

    Character pairs and topics mean nothing to people, so their weight goes to the words that they lie in or
    stand for.
    """
    shares = _shares(linear, features, category)
    meanings = {topic.key: topic.words for topic in topics()}
    weights: dict[str, float] = dict.fromkeys((word for word in words if len(word) > 1), 0.0)
    for block, term, share in shares:
        carriers = [word for word in weights if _carries(word, term, meanings.get(term, ()) if block == 2 else ())]
        for word in carriers:
            weights[word] += share / len(carriers)
    heavy = sorted(weights.items(), key=lambda pair: -pair[1])
    return tuple((word, round(weight, 4)) for word, weight in heavy[:_MOST] if weight > 0)


def _carries(word: str, term: str, meanings: Sequence[str]) -> bool:
    return any(meaning in word for meaning in meanings) if meanings else term in word or word in term


def _shares(linear: LinearModel, features: Features, category: str) -> list[tuple[int, str, float]]:
    """(block, term, contribution) in the model's order."""
    contributions = linear.contributions(linear.weigh(features), "category", category).tolist()
    pairs = zip(features.blocks(), linear.vocabularies, strict=True)
    terms = [
        (block, term) for block, (said, known) in enumerate(pairs) for term in dict.fromkeys(said) if term in known
    ]
    return [(block, term, share) for (block, term), share in zip(terms, contributions, strict=True)]
