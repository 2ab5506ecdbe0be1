"""Trains and measures the model, for the command line and the start of the demonstration."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.installation.settings import Settings
from models.learning import Correction
from nlp.model import store
from nlp.model.recipe import fingerprint
from nlp.model.store import BadModelError
from nlp.reading.identities import mask
from nlp.reading.reader import Reader
from nlp.reading.understanding import Intent
from nlp.training.corpus import Example, read_examples, read_tickets_csv, write_examples
from nlp.training.one_at_a_time import alone

_RECIPE = "recipe"
"""File beside the models: the fingerprint of the data and code of this version that trained the newest one"""


_ORDERS = "orders.tsv"
"""File beside the models: a town's past orders, from the last `train --data`"""


def model_is_ready(settings: Settings) -> bool:
    """Whether there is a complete model, trained with the data and code of this version."""
    folder = settings.path(settings.files.model)
    try:
        store.load(folder)
        return (folder / _RECIPE).read_text(encoding="utf-8") == fingerprint()
    except (BadModelError, OSError):
        return False


def train_model(settings: Settings, data: Path | None = None, town: Iterable[Example] = ()) -> dict[str, Any]:
    """Train on the corpus and the town's labels; the new model is used only if it is no worse."""
    from nlp.training.training import train

    folder = settings.path(settings.files.model)
    if data:
        _keep_orders(folder, read_tickets_csv(data))
    orders = read_examples(folder / _ORDERS) if (folder / _ORDERS).exists() else ()
    report = train(extra=[*orders, *town], out=folder, renewing=not model_is_ready(settings))
    (folder / _RECIPE).write_text(fingerprint(), encoding="utf-8")
    return asdict(report)


def knows_past_orders(settings: Settings) -> bool:
    """Whether the model learns from this town's past orders, which help most."""
    return (settings.path(settings.files.model) / _ORDERS).exists()


def _keep_orders(folder: Path, orders: Iterable[Example]) -> None:
    """Store them for later trainings, else the next night's model would forget them; personal numbers are masked."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f".{_ORDERS}"
    write_examples(scratch, [replace(order, text=mask(order.text)) for order in orders])
    scratch.replace(folder / _ORDERS)


def corrections(session: Session) -> list[Example]:
    """Corrections of residents and staff, as examples."""
    found = session.scalars(select(Correction).order_by(Correction.ticket_id))
    return [Example(each.text, Intent.REPORT.value, each.category) for each in found]


def roll_back(settings: Settings) -> dict[str, Any]:
    """Return to the previous model."""
    folder = settings.path(settings.files.model)
    with alone(folder):
        return {"version": store.rollback(folder)}


def evaluate_model(settings: Settings, data: Path | None, out: Path) -> dict[str, Any]:
    """Measure the current model; reports are written to `out`."""
    from nlp.measuring.evaluation import evaluate
    from nlp.measuring.reporting import write_report

    found = evaluate(Reader.load(settings.path(settings.files.model)), data)
    write_report(found, out)
    return found.to_json()
