"""Charts are pictures with Chinese in them, drawn without a warning, small enough to be sent."""

import io

import pytest
from PIL import Image

from bot.charts.drawing import draw

PLACES = ["德尚小区", "城南宜居家园", "长安社区平房片区（长安社区）", "锦佳园小区"]
DAYS = [f"11月{day}日" for day in range(1, 31)]
CHARTS = {
    "bars": ("bars", PLACES, [("诉求", [23, 17, 12, 8])]),
    "line": ("line", DAYS, [("诉求", [day % 7 * 3 for day in range(30)])]),
    "columns": ("columns", PLACES, [("本周", [3, 5, 2, 8]), ("上周", [5, 5, 4, 7])]),
    "hours": ("columns", [f"{hour}点" for hour in range(24)], [("诉求", list(range(24)))]),
    "none": ("bars", PLACES, [("诉求", [0, 0, 0, 0])]),
    "many": ("bars", PLACES * 10, [("本周", [1] * 40), ("上周", [2] * 40)]),
}


def chart(kind, names, series):
    return {"kind": kind, "title": "近30天 · 按小区 · 诉求", "unit": "件", "names": names, "series": series}


@pytest.mark.parametrize("name", CHARTS)
def test_every_kind_is_drawn(name, recwarn):
    png = draw(chart(*CHARTS[name]))
    picture = Image.open(io.BytesIO(png)).convert("L")
    assert not [each for each in recwarn if "missing" in str(each.message)]  # a character that the font lacks
    assert picture.width == 792
    assert len(png) < 200_000
    dark = sum(1 for shade in picture.getdata() if shade < 100)
    assert dark > 200


def test_the_same_figures_are_the_same_picture():
    assert draw(chart(*CHARTS["bars"])) == draw(chart(*CHARTS["bars"]))
    assert draw(chart(*CHARTS["bars"])) != draw(chart(*CHARTS["none"]))
