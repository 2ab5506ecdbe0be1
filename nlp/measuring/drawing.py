"""Pictures of an evaluation: the confusion matrix, the cost curve, and the accuracy by confidence.

Drawn with matplotlib, a developer's tool, and with the Chinese font of a package beside it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nlp.measuring.evaluation import Evaluation
from nlp.model.labels import categories

_FONTS = ("Noto Sans SC", "Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Source Han Sans SC")
_PACKAGE, _FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
_VIEWS = {"title_and_text": "标题加正文", "title": "标题", "text": "正文", "short_text": "短正文"}


def draw_confusions(confusions: Mapping[str, Mapping[str, int]], path: Path) -> None:
    """Rows are the true categories, columns the predicted ones."""
    names = [category.name for category in categories()]
    table = [[row[key] for key in confusions] for row in confusions.values()]
    with _figure((9, 8)) as figure:
        axes = figure.subplots()
        axes.imshow(table, cmap="Blues")
        axes.set_xticks(range(len(table)), names, rotation=45, ha="right")
        axes.set_yticks(range(len(table)), names)
        axes.set_xlabel("读成")
        axes.set_ylabel("其实是")
        heaviest = max(max(row) for row in table) or 1
        for y, row in enumerate(table):
            for x, count in enumerate(row):
                ink = "white" if count > heaviest / 2 else "black"
                axes.text(x, y, str(count or ""), ha="center", va="center", color=ink)
        figure.savefig(path, dpi=110)


def draw_curves(evaluation: Evaluation, path: Path) -> None:
    """The threshold on the cost curve, and the accuracy among the surest answers."""
    with _figure((11, 4.5)) as figure:
        costs, coverage = figure.subplots(1, 2)
        costs.plot(*zip(*evaluation.costs, strict=True))
        costs.axvline(evaluation.sure_at, color="tab:red", linestyle="--", label=f"模型的阈值 {evaluation.sure_at:.2f}")
        costs.set_xlabel("把握低于此就问")
        costs.set_ylabel("平均代价（问一次算 1，判错算 4）")
        costs.legend()
        for view, figures in evaluation.views.items():
            coverage.plot(*zip(*figures.coverage, strict=True), marker="o", label=_VIEWS[view])
        coverage.set_xlabel("最有把握的那一部分")
        coverage.set_ylabel("其中判对的（含也可以的类别）")
        coverage.legend()
        figure.savefig(path, dpi=110)


@contextmanager
def _figure(size: tuple[float, float]) -> Iterator[Any]:
    """A figure with a Chinese font, which is set for this figure only."""
    from matplotlib import font_manager, rc_context
    from matplotlib.figure import Figure

    package = find_spec(_PACKAGE)
    if package and package.origin:
        font_manager.fontManager.addfont(Path(package.origin).with_name(_FILE))
    known = {font.name for font in font_manager.fontManager.ttflist}
    with rc_context({"font.family": [name for name in _FONTS if name in known] or ["sans-serif"]}):
        yield Figure(figsize=size, layout="tight")
