"""Training and measuring the model, for the command line and the start of the demonstration."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.settings import Settings
from nlp import store
from nlp.reader import Reader
from nlp.store import BadModelError


def model_is_ready(settings: Settings) -> bool:
    """Whether a whole model is there, trained with the program's word lists and corpus of today."""
    from nlp.corpus import data_hash, read_corpus
    from nlp.labels import lexicon_hash

    try:
        card = store.load(settings.path(settings.files.model)).card
    except BadModelError:
        return False
    learned = [example for example in read_corpus() if not example.held_out]
    return card.lexicon_hash == lexicon_hash() and card.data_hash == data_hash(learned)


def train_model(settings: Settings, data: Path | None = None) -> dict[str, Any]:
    """Train on the corpus and, if given, on a town's past orders; takes over only if it is no worse."""
    from nlp.corpus import read_tickets_csv
    from nlp.training import train

    extra = read_tickets_csv(data) if data else ()
    return asdict(train(extra=extra, out=settings.path(settings.files.model)))


def roll_back(settings: Settings) -> dict[str, Any]:
    """The model before the one in use."""
    return {"version": store.rollback(settings.path(settings.files.model))}


def evaluate_model(settings: Settings, data: Path | None, out: Path) -> dict[str, Any]:
    """Measure the model in use; reports are written to `out`."""
    from nlp.evaluation import evaluate

    reader = Reader.load(settings.path(settings.files.model))
    return evaluate(reader, data, out).to_json()
