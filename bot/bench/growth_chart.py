"""A chart of time by number of tickets: one panel for each database, one curve for each command or question."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from bot.bench.result_lines import Line

_ENGLISH = {
    "今日": "today",
    "本周": "this week",
    "超时": "overdue",
    "类别 停车": "category",
    "网格 WY": "grid",
    "排行": "ranking",
    "查": "one ticket",
    "看": "one ticket",
    "待办": "to do",
    "进度": "progress",
    "催办": "urge",
    "上周哪个小区停车投诉最多": "last week's worst place",
    "本月各社区满意率": "month by community",
    "今年各类问题多少件": "year by category",
}
"""Labels in English, for machines without a Chinese font"""
_STYLES = ("-", "--", ":")

Curves = dict[str, dict[str, list[tuple[int, float]]]]


def draw(lines: Sequence[Line], file: Path) -> bool:
    """Draws with logarithmic axes: a flat curve means no growth. False if matplotlib is missing."""
    try:
        import matplotlib as mpl
    except ImportError:
        return False
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    curves = _curves(lines)
    width = max(len(curves), 1)
    figure, panels = plt.subplots(1, width, figsize=(6 * width + 3, 6), sharey=True, squeeze=False)
    for panel, (kind, commands) in zip(panels[0], sorted(curves.items()), strict=False):
        for number, (what, points) in enumerate(commands.items()):
            style = _STYLES[number // 10 % len(_STYLES)]
            panel.plot(*zip(*sorted(points), strict=True), style, marker="o", markersize=4, label=what)
        panel.set(xscale="log", yscale="log", ylim=(0.5, 1000), xlabel="tickets in the database", title=kind)
        panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        panel.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
        panel.grid(alpha=0.3, which="both")
    panels[0][0].set_ylabel("ms, the middle of fifteen times")
    handles, names = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="center right", fontsize=9, title="who asks what")
    figure.suptitle("What a command or question costs as tickets grow")
    figure.tight_layout(rect=(0, 0, 1 - 2.6 / (6 * width + 3), 1))
    figure.savefig(file, dpi=100)
    plt.close(figure)
    return True


def _curves(lines: Sequence[Line]) -> Curves:
    curves: Curves = defaultdict(lambda: defaultdict(list))
    for line in lines:
        if line.part == "f" and line.size:
            what, kind, *_ = line.what.rsplit(", ", 2)
            who, _, words = what.partition(" ")
            curves[kind][f"{who}: {_ENGLISH.get(words, words)}"].append((line.size, line.value))
    return curves
