"""A large compound whose rows each have their own point: a pin in it goes to the grid of the nearest."""

import pytest
from importing_town import replace, write_town

from handlers.town_import.importing import import_world, read_world
from handlers.town_import.writing import Tally
from handlers.world.coordinates import gcj_to_wgs
from handlers.world.town_warnings import world_warnings
from handlers.world.world import load_world

NORTH, SOUTH = (37.1490, 111.7841), (37.1440, 111.7841)


@pytest.fixture
def folder(tmp_path):
    write_town(tmp_path)
    replace(tmp_path, "places.csv", "cover,37.1448,111.7841", f"cover,{NORTH[0]},{NORTH[1]}")
    replace(tmp_path, "places.csv", "4-6,compound,cover,,", f"4-6,compound,cover,{SOUTH[0]},{SOUTH[1]}")
    return tmp_path


@pytest.fixture
def world(sessions, folder):
    with sessions.begin() as session:
        import_world(session, read_world(folder))
        return load_world(session)


def test_the_nearest_part_says_which_grid_a_pin_is_in(world):
    (place,) = world.places_named("德尚小区")
    assert place.grid_near(*gcj_to_wgs(37.1487, 111.7845)) == "C1-1"
    assert place.grid_near(*gcj_to_wgs(37.1445, 111.7835)) == "C1-2"


def test_a_place_with_one_point_leaves_it_to_the_boundaries(world):
    (place,) = world.places_named("长安路")
    assert place.grid_near(37.14, 111.78) is None


def test_a_second_import_changes_nothing(sessions, folder, world):
    with sessions.begin() as session:
        assert import_world(session, read_world(folder)).places == Tally(0, 0, 4)


def test_a_point_outside_its_own_grid_is_told(sessions, folder, world):
    replace(folder, "places.csv", f"{SOUTH[0]},{SOUTH[1]}", "37.5,111.9")
    with sessions.begin() as session:
        import_world(session, read_world(folder))
        told = [warning.what for warning in world_warnings(session, load_world(session))]
    assert any("在“离柳二网格”那一行的坐标" in each for each in told)
