"""Training and measuring the model, for the command line and the start of the demonstration."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.settings import Settings
from models.learning import Correction
from nlp import store
from nlp.alone import alone
from nlp.corpus import Example
from nlp.reader import Reader
from nlp.recipe import fingerprint
from nlp.store import BadModelError
from nlp.understanding import Intent

_RECIPE = "recipe"
"""Beside the models: the fingerprint of the shipped data and code that the newest was trained with"""


def model_is_ready(settings: Settings) -> bool:
    """Whether a whole model is there, trained with the data and by the code of this version."""
    folder = settings.path(settings.files.model)
    try:
        store.load(folder)
        return (folder / _RECIPE).read_text(encoding="utf-8") == fingerprint()
    except (BadModelError, OSError):
        return False


def train_model(settings: Settings, data: Path | None = None, town: Iterable[Example] = ()) -> dict[str, Any]:
    """Train on the corpus and on what a town has labelled; takes over only if it is no worse."""
    from nlp.corpus import read_tickets_csv
    from nlp.training import train

    folder = settings.path(settings.files.model)
    examples = [*town, *(read_tickets_csv(data) if data else ())]
    report = train(extra=examples, out=folder, renewing=not model_is_ready(settings))
    (folder / _RECIPE).write_text(fingerprint(), encoding="utf-8")
    return asdict(report)


def corrections(session: Session) -> list[Example]:
    """What residents and staff put right, as examples."""
    found = session.scalars(select(Correction).order_by(Correction.ticket_id))
    return [Example(each.text, Intent.REPORT.value, each.category) for each in found]


def roll_back(settings: Settings) -> dict[str, Any]:
    """The model before the one in use."""
    folder = settings.path(settings.files.model)
    with alone(folder):
        return {"version": store.rollback(folder)}


def evaluate_model(settings: Settings, data: Path | None, out: Path) -> dict[str, Any]:
    """Measure the model in use; reports are written to `out`."""
    from nlp.evaluation import evaluate
    from nlp.reporting import write_report

    found = evaluate(Reader.load(settings.path(settings.files.model)), data)
    write_report(found, out)
    return found.to_json()
