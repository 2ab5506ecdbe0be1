"""How cost grows with the number of tickets, as a picture."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from bot.bench.table import Line


def draw(lines: Sequence[Line], file: Path) -> bool:
    """One curve a command, one panel a database. False where matplotlib (a development tool) is missing."""
    try:
        import matplotlib as mpl
    except ImportError:
        return False
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    curves = _curves(lines)
    figure, panels = plt.subplots(1, max(len(curves), 1), figsize=(12, 5), sharey=True, squeeze=False)
    for panel, (kind, commands) in zip(panels[0], sorted(curves.items()), strict=False):
        for points in commands.values():
            panel.plot(*zip(*sorted(points), strict=True), marker="o", linewidth=1)
        panel.set(xscale="log", yscale="log", xlabel="tickets", ylabel="ms", title=f"each command and question, {kind}")
        panel.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(file, dpi=110)
    plt.close(figure)
    return True


def _curves(lines: Sequence[Line]) -> dict[str, dict[str, list[tuple[int, float]]]]:
    curves: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.part == "f" and line.size:
            what, kind, *_ = line.what.rsplit(", ", 2)
            curves[kind][what].append((line.size, line.value))
    return curves
