"""A number on a road lies in the grid of its stretch and side."""

import pytest

from handlers.world.buildings import expand_buildings
from handlers.world.nodes import PlaceNode

STRETCHES = {"1-199单": "odd", "2-88双": "even", "97弄": "lane", "201-300": "far"}


@pytest.fixture(scope="module")
def road():
    grids = {number: grid for text, grid in STRETCHES.items() for number in expand_buildings(text)}
    return PlaceNode(1, "府前街", "C1", "road", "", None, None, grids)


@pytest.mark.parametrize(
    ("number", "grid"),
    [
        ("1", "odd"),
        ("199", "odd"),
        ("88", "even"),
        ("97弄5", "lane"),
        ("97", "odd"),
        ("99弄3", "odd"),
        ("120", "C1"),
        ("86号3", "even"),
        ("250", "far"),
        ("", "C1"),
    ],
)
def test_a_number_lies_in_the_grid_of_its_stretch_and_side(road, number, grid):
    assert road.grid_of(number) == grid


@pytest.mark.parametrize("text", ["9-1单", "1-x双", "弄97"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        list(expand_buildings(text))
