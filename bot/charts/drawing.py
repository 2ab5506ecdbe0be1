"""A chart as PNG. Matplotlib and the font are loaded with the first chart, so other processes save the memory."""

import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

_WIDE, _DPI = 7.2, 110
_INK, _SOFT, _LINE = "#22282b", "#6d7371", "#dcd8cc"
_COLOURS = ("#1c7a57", "#c8a24a", "#b8392b")
_ROW, _MARGIN, _SQUARE = 0.34, 1.5, 4.4
_NAMED = 12
"""The most labels below a line chart; more would overlap"""
_LONGEST_NAME = 12
Chart = Mapping[str, Any]


def draw(chart: Chart) -> bytes:
    """The PNG of a chart as `handlers.questions.chart` describes it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    is_lying = chart["kind"] == "bars"
    tall = _MARGIN + _ROW * len(chart["names"]) * max(len(chart["series"]), 1) ** 0.5 if is_lying else _SQUARE
    figure = Figure(figsize=(_WIDE, tall), dpi=_DPI, facecolor="#fffdf8")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.24, 0.55 / tall, 0.69, 1 - 1.25 / tall) if is_lying else (0.09, 0.15, 0.88, 0.66))
    _KINDS[chart["kind"]](axes, chart)
    _dress(figure, axes, chart, tall)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _line(axes: Any, chart: Chart) -> None:  # noqa: ANN401  (matplotlib has no types)
    for (_, values), colour in zip(chart["series"], _COLOURS, strict=False):
        axes.plot(range(len(values)), values, color=colour, linewidth=2)
        axes.fill_between(range(len(values)), values, color=colour, alpha=0.08)
    names = chart["names"]
    step = -(-len(names) // _NAMED)
    axes.set_xticks(range(0, len(names), step), names[::step], fontproperties=_font(9))
    axes.set_ylim(bottom=0)


def _columns(axes: Any, chart: Chart) -> None:  # noqa: ANN401
    _side_by_side(chart, lambda at, values, wide, colour: axes.bar(at, values, wide, color=colour))
    names = chart["names"]
    step = -(-len(names) // (2 * _NAMED))
    axes.set_xticks(range(0, len(names), step), names[::step], fontproperties=_font(9))
    if len(names) <= _NAMED and len(chart["series"]) == 1:
        for at, value in enumerate(chart["series"][0][1]):
            axes.annotate(f"{value:g}", (at, value), ha="center", va="bottom", fontproperties=_font(9))


def _bars(axes: Any, chart: Chart) -> None:  # noqa: ANN401
    """Horizontal bars, the first on top, each with its number."""
    _side_by_side(chart, lambda at, values, wide, colour: _lying(axes, at, values, wide, colour))
    names = [_short(name) for name in chart["names"]]
    axes.set_yticks(range(len(names)), names, fontproperties=_font(9.5))
    axes.invert_yaxis()
    axes.margins(x=0.12)


def _lying(axes: Any, at: Sequence[float], values: Sequence[float], wide: float, colour: str) -> None:  # noqa: ANN401
    axes.barh(at, values, wide, color=colour)
    for place, value in zip(at, values, strict=True):
        axes.annotate(f" {value:g}", (value, place), va="center", fontproperties=_font(9))


def _side_by_side(chart: Chart, place: Any) -> None:  # noqa: ANN401  (draws one series)
    many = min(len(chart["series"]), len(_COLOURS))
    wide = 0.72 / many
    for number, ((_, values), colour) in enumerate(zip(chart["series"], _COLOURS, strict=False)):
        shift = (number - (many - 1) / 2) * wide
        place([at + shift for at in range(len(values))], values, wide, colour)


_KINDS = {"line": _line, "columns": _columns, "bars": _bars}


def _dress(figure: Any, axes: Any, chart: Chart, tall: float) -> None:  # noqa: ANN401
    figure.text(0.03, 1 - 0.32 / tall, chart["title"], fontproperties=_font(12.5), color=_INK, va="center")
    figure.text(0.03, 1 - 0.58 / tall, chart["unit"], fontproperties=_font(9), color=_SOFT, va="center")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    axes.tick_params(length=0, labelcolor=_INK, labelsize=9)
    axes.grid(axis="x" if chart["kind"] == "bars" else "y", color=_LINE, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_facecolor("none")
    if len(chart["series"]) > 1:
        names = [name for name, _ in chart["series"][: len(_COLOURS)]]
        handles = [axes.plot([], [], color=colour, linewidth=6)[0] for colour, _ in zip(_COLOURS, names, strict=False)]
        figure.legend(handles, names, loc="upper right", prop=_font(9), frameon=False, ncols=len(names))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


@cache
def _font(size: float) -> Any:  # noqa: ANN401
    """The font with all Chinese characters, from a package of its own."""
    from matplotlib.font_manager import FontProperties

    file = resources.files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"
    return FontProperties(fname=str(file), size=size)
