"""Writes an evaluation to disk: `report.json` for programs, `errors.tsv` and two pictures for people."""

import json
from importlib.util import find_spec
from pathlib import Path

from nlp.measuring.drawing import draw_confusions, draw_curves
from nlp.measuring.evaluation import Evaluation, Mistake
from nlp.reading.identities import mask

CONFUSION, CURVES = "confusion.png", "curves.png"


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Writes all files; the pictures only if matplotlib, a developer's dependency, is installed."""
    folder.mkdir(parents=True, exist_ok=True)
    report = json.dumps(evaluation.to_json(), ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(report + "\n", "utf-8")
    lines = ["id\twanted\tguessed\tconfidence\ttext", *map(_line, evaluation.mistakes)]
    (folder / "errors.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    for picture in (CONFUSION, CURVES):
        (folder / picture).unlink(missing_ok=True)  # an old picture would not match the new figures
    if find_spec("matplotlib"):
        draw_confusions(evaluation.confusions, folder / CONFUSION)
        draw_curves(evaluation, folder / CURVES)


def _line(mistake: Mistake) -> str:
    text = " ".join(mask(mistake.text).split())
    return f"{mistake.key}\t{mistake.wanted}\t{mistake.guessed}\t{mistake.confidence}\t{text}"
