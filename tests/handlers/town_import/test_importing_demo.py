"""The demonstration world: right in every respect, and rich enough to show what the bot can do."""

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from shapely import from_geojson
from shapely.geometry import Point

from handlers.town_import.importing import read_world
from handlers.town_import.places import PlaceKind
from handlers.world.buildings import expand_buildings
from handlers.world.coordinates import gcj_to_wgs
from models.grid import Level, Mode, TeamKind
from models.person import STAFF, Role

DEMO = Path(__file__).parents[3] / "bot" / "demo_world"


@pytest.fixture(scope="module")
def files():
    return read_world(DEMO)


def chain(files, code):
    parents = {grid.code: grid.parent for grid in files.grids}
    while code:
        yield code
        code = parents[code]


def test_it_is_a_town_of_some_size(files):
    levels = Counter(grid.level for grid in files.grids)
    assert levels[Level.COUNTY] == 1
    assert levels[Level.STREET] >= 2
    assert levels[Level.COMMUNITY] >= 8
    assert levels[Level.GRID] >= 30


def test_it_shows_every_mode_kind_of_team_and_role(files):
    assert {place.mode for place in files.places if place.mode} == set(Mode)
    assert {team.kind for team in files.teams} == set(TeamKind)
    assert {role for person in files.people for role in person.roles} == set(Role) - {Role.SYSTEM, Role.RESIDENT}
    assert {"compound", "road", "park", "square", "market", "school"} <= {place.kind for place in files.places}
    assert {place.kind for place in files.places} <= set(PlaceKind)


@pytest.mark.parametrize(
    ("name", "mode", "buildings"),
    [
        ("城南宜居家园", Mode.ENGINE, 42),
        ("锦佳园小区", Mode.JOINT, 23),
        ("长安社区平房片区", Mode.BOTTOM, 24),
        ("园丁小区", Mode.CROSS, 11),
        ("贾家庄八大苑", Mode.TRANSPLANT, 24),
        ("德尚小区", Mode.COVER, 6),
    ],
)
def test_the_six_forms_have_their_compounds(files, name, mode, buildings):
    place = next(place for place in files.places if place.name == name)
    assert place.mode == mode
    assert sum(len(list(expand_buildings(each))) for each, *_ in place.ranges) == buildings


def test_building_3_of_deshang_has_a_grid_of_xinyi_with_a_property_company(files):
    place = next(place for place in files.places if place.name == "德尚小区")
    grid = next(grid for buildings, grid, *_ in place.ranges if "3" in expand_buildings(buildings))
    above = list(chain(files, grid))
    assert "新义街道" in {each.name for each in files.grids if each.code in above}
    assert any(team.kind == TeamKind.PROPERTY and grid in team.grids for team in files.teams)


def test_every_pin_lies_in_the_boundary_of_its_grid(files):
    for place in files.places:
        point = Point(*reversed(gcj_to_wgs(place.lat, place.lng)))
        inside = [grid for _, grid, *_ in place.ranges if from_geojson(files.boundaries[grid]).contains(point)]
        assert inside, place.name


def test_grids_of_one_level_don_t_overlap_and_lie_within_their_parents(files):
    shapes = {code: from_geojson(boundary) for code, boundary in files.boundaries.items()}
    assert shapes.keys() == {grid.code for grid in files.grids}
    for one, other in combinations(files.grids, 2):
        if one.level == other.level:
            common = shapes[one.code].intersection(shapes[other.code]).area
            assert common < 1e-9, (one.code, other.code)
    for grid in files.grids:
        if grid.parent:
            assert shapes[grid.code].difference(shapes[grid.parent]).area < 1e-9, grid.code


def test_communities_are_covered_by_their_grids(files):
    for community in (grid for grid in files.grids if grid.level is Level.COMMUNITY):
        parts = [from_geojson(files.boundaries[grid.code]) for grid in files.grids if grid.parent == community.code]
        whole = from_geojson(files.boundaries[community.code])
        assert sum(part.area for part in parts) == pytest.approx(whole.area, rel=1e-3), community.code


def test_some_names_make_the_bot_think(files):
    names = Counter(place.name for place in files.places)
    assert [name for name, count in names.items() if count > 1] == ["幸福小区"]
    assert {"八一小区", "八一小区东区"} <= names.keys()


def test_whatever_is_told_to_a_team_reaches_somebody_in_every_grid_it_serves(files):
    for team in files.teams:
        members = [person for person in files.people if person.team == team.code and person.roles & STAFF]
        for grid in team.grids:
            above = set(chain(files, grid))
            heard = [each for each in members if each.openid and (each.grid is None or each.grid in above)]
            assert heard, (team.code, grid)


def test_every_level_has_a_team_of_its_own(files):
    kinds = {(grid, team.kind) for team in files.teams for grid in team.grids}
    for grid in files.grids:
        if grid.level is Level.GRID:
            assert kinds & {(code, TeamKind.GRID) for code in chain(files, grid.code)}, grid.code
        else:
            assert (grid.code, grid.level.value) in kinds, grid.code


def test_departments_carry_the_words_by_which_rules_name_them(files):
    names = "".join(team.name for team in files.teams if team.kind == TeamKind.DEPARTMENT)
    for word in [
        "城管",
        "供电",
        "供水",
        "燃气",
        "消防",
        "住建",
        "公安",
        "派出所",
        "园林",
        "环卫",
        "市场监管",
        "供热",
        "通信",
    ]:
        assert word in names


def test_people_are_invented_and_shaped_like_real_ones(files):
    for person in files.people:
        assert person.openid is None or re.fullmatch(r"oWhistle[\w-]{20}", person.openid), person.name
        assert re.fullmatch(r"1380000\d{4}", person.phone), person.name
    assert sum(person.openid is None for person in files.people) == 1
    assert any(len(person.roles) == 2 for person in files.people)
    assert sum(not person.roles for person in files.people) >= 5
