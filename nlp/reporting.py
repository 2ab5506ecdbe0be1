"""An evaluation on disk: `report.json` for programs, `errors.tsv` for readers, `confusion.png` for the eye."""

import json
from collections.abc import Mapping
from pathlib import Path

from nlp.evaluation import Evaluation, Mistake
from nlp.identities import mask
from nlp.labels import categories

_CJK_FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Source Han Sans SC")


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """All three files; the picture only where matplotlib is installed, which is a developer's tool."""
    folder.mkdir(parents=True, exist_ok=True)
    report = json.dumps(evaluation.to_json(), ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(report + "\n", "utf-8")
    lines = ["id\twanted\tguessed\tconfidence\ttext", *map(_line, evaluation.mistakes)]
    (folder / "errors.tsv").write_text("\n".join(lines) + "\n", "utf-8")
    try:
        draw_confusions(evaluation.confusions, folder / "confusion.png")
    except ModuleNotFoundError:
        (folder / "confusion.png").unlink(missing_ok=True)  # an old picture beside new figures would lie


def _line(mistake: Mistake) -> str:
    text = " ".join(mask(mistake.text).split())
    return f"{mistake.key}\t{mistake.wanted}\t{mistake.guessed}\t{mistake.confidence}\t{text}"


def draw_confusions(confusions: Mapping[str, Mapping[str, int]], path: Path) -> None:
    """Rows are what it was, columns what it was taken for; Chinese names where a font has them."""
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    fonts = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in _CJK_FONTS if name in fonts), "")
    names = {category.key: category.name if font else category.key for category in categories()}
    if font:
        from matplotlib import rcParams

        rcParams["font.family"] = font
    figure = Figure(figsize=(9, 8))
    axes = figure.subplots()
    table = [[row[key] for key in confusions] for row in confusions.values()]
    axes.imshow(table, cmap="Blues")
    axes.set_xticks(range(len(table)), [names[key] for key in confusions], rotation=45, ha="right")
    axes.set_yticks(range(len(table)), [names[key] for key in confusions])
    heaviest = max(max(row) for row in table) or 1
    for y, row in enumerate(table):
        for x, count in enumerate(row):
            if count:
                axes.text(
                    x, y, str(count), ha="center", va="center", color="white" if count > heaviest / 2 else "black"
                )
    figure.tight_layout()
    figure.savefig(path, dpi=110)
