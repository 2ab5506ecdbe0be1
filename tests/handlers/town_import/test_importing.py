"""Files into the database: once, twice, after changes, and not at all."""

from dataclasses import replace as but
from pathlib import Path
from time import process_time

import pytest
from importing_town import replace, write_town
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import undefer

from handlers.tables.table import TableError
from handlers.town_import.importing import import_world, read_world
from handlers.town_import.writing import Tally
from handlers.world.world import load_world, world_version
from models.base import Base
from models.grid import Grid, Place
from models.person import Person, Role

pytestmark = pytest.mark.both_databases

DEMO = Path(__file__).parents[3] / "bot" / "demo_world"


@pytest.fixture
def folder(tmp_path):
    return write_town(tmp_path)


def bring_in(sessions, folder):
    with sessions.begin() as session:
        return import_world(session, read_world(folder))


def everything(sessions):
    """All rows of all tables."""
    with sessions() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(repr, session.execute(select(table)).all())) for table in tables}


def version_after(sessions, folder) -> str:
    bring_in(sessions, folder)
    with sessions() as session:
        return world_version(session)


def person(session, name) -> Person:
    found = select(Person).where(Person.name == name).options(undefer(Person.phone))
    return session.scalars(found).one()


def test_a_town_is_brought_in_whole(sessions, folder):
    summary = bring_in(sessions, folder)
    assert summary.tallies() == {
        "grids": Tally(7, 0, 0),
        "teams": Tally(2, 0, 0),
        "places": Tally(4, 0, 0),
        "people": Tally(3, 0, 0),
    }
    with sessions() as session:
        world = load_world(session)
        chen, zhou = person(session, "陈小玲"), person(session, "周立新")
    desheng = world.places_named("德尚小区")[0]
    assert (desheng.community, desheng.kind, desheng.mode, desheng.lat, desheng.lng) == (
        "C1",
        "compound",
        "cover",
        37.1448,
        111.7841,
    )
    assert [desheng.grid_of(building) for building in ("3", "a", "5")] == ["C1-1", "C1-1", "C1-2"]
    assert {place.community for place in world.places_named("幸福小区")} == {"C1", "C2"}
    assert world.places_named("长安路")[0].grid_of("") == "C2"
    assert {name.name for name in world.names if name.canonical == "德尚小区"} == {"德尚小区", "德尚", "德尚花园"}
    assert [team.name for team in world.teams_at["C1-2"]] == ["德尚物业"]
    assert world.grid_at(37.142, 111.788) == "C1-2"
    assert (chen.openid, chen.roles, chen.grid, chen.phone, chen.wecom) == (
        "oChen",
        {Role.RESIDENT, Role.GRID_STAFF, Role.SUPERVISOR},
        "C1-1",
        "13800000002",
        "Chen",
    )
    assert (zhou.openid, zhou.team, zhou.roles) == (None, "P", {Role.RESIDENT, Role.PROPERTY_STAFF})


def test_a_second_import_changes_nothing_at_all(sessions, folder):
    bring_in(sessions, folder)
    before = everything(sessions)
    summary = bring_in(sessions, folder)
    assert not summary.changed
    assert [tally.unchanged for tally in summary.tallies().values()] == [7, 2, 4, 3]
    assert everything(sessions) == before


def test_changes_are_written_and_ids_stay(sessions, folder):
    bring_in(sessions, folder)
    before = {row.split(",")[0] for row in everything(sessions)["places"]}
    replace(folder, "grids.csv", "离柳一网格", "离柳红旗网格")
    replace(folder, "teams.csv", "C1-1;C1-2", "C1-1")
    replace(folder, "places.csv", "德尚;德尚花园,C1-1,1-3;A,compound,cover", "德尚苑,C1-1,1-2,compound,managed")
    replace(folder, "places.csv", "4-6,compound,cover", "3-6,compound,managed")
    replace(folder, "people.csv", "grid_staff;supervisor", "grid_staff")
    summary = bring_in(sessions, folder)
    assert [tally.changed for tally in summary.tallies().values()] == [1, 1, 1, 1]
    assert {row.split(",")[0] for row in everything(sessions)["places"]} == before
    with sessions() as session:
        world = load_world(session)
        assert person(session, "陈小玲").roles == {Role.RESIDENT, Role.GRID_STAFF}
    place = world.places_named("德尚小区")[0]
    assert (place.mode, place.grid_of("3"), place.grid_by_building.get("A")) == ("managed", "C1-2", None)
    assert {name.name for name in world.names if name.canonical == "德尚小区"} == {"德尚小区", "德尚苑"}
    assert "C1-2" not in world.teams_at
    assert world.grids["C1-1"].name == "离柳红旗网格"


def test_what_the_files_no_longer_list_stays_and_is_told(sessions, folder):
    bring_in(sessions, folder)
    replace(folder, "places.csv", "长安路,,C2,,road,,,\n", "")
    replace(folder, "people.csv", "陈小玲,oChen,grid_staff;supervisor,,C1-1,13800000002,Chen\n", "")
    replace(folder, "people.csv", "王秀兰,oWang,resident,,,13800000001,\n", "")
    replace(folder, "teams.csv", "K,离柳居委会,community,C1\n", "")
    summary = bring_in(sessions, folder)
    assert (summary.places.left, summary.teams.left) == (("C2/长安路",), ("K",))
    assert summary.people.left == ("陈小玲",)  # a resident needs no list
    with sessions() as session:
        assert load_world(session).places_named("长安路")
        assert person(session, "陈小玲").is_staff


def test_the_version_changes_with_the_town_and_never_comes_back(sessions, folder):
    first = version_after(sessions, folder)
    assert version_after(sessions, folder) == first
    replace(folder, "teams.csv", "德尚物业", "新德尚物业")
    second = version_after(sessions, folder)
    replace(folder, "teams.csv", "新德尚物业", "德尚物业")
    third = version_after(sessions, folder)
    assert len({"", first, second, third}) == 4


def test_a_folder_with_a_problem_changes_nothing(sessions, folder):
    bring_in(sessions, folder)
    before = everything(sessions)
    replace(folder, "grids.csv", "离柳一网格", "离柳红旗网格")
    replace(folder, "people.csv", "13800000002", "138")
    with pytest.raises(TableError):
        bring_in(sessions, folder)
    assert everything(sessions) == before


def test_a_failure_half_way_changes_nothing(sessions, folder):
    files = read_world(folder)
    nobody = but(files.people[-1], team="没有这家")
    with pytest.raises(IntegrityError), sessions.begin() as session:
        import_world(session, but(files, people=(*files.people[:-1], nobody)))
    assert not any(everything(sessions).values())


def test_boundaries_stay_without_the_file_and_go_with_their_feature(sessions, folder):
    bring_in(sessions, folder)
    text = (folder / "boundaries.geojson").read_text("utf-8")
    (folder / "boundaries.geojson").unlink()
    assert not bring_in(sessions, folder).changed
    first = text.splitlines()[1]
    (folder / "boundaries.geojson").write_text(text.replace(first + "\n", ""), "utf-8")
    assert bring_in(sessions, folder).grids.changed == 1
    with sessions() as session:
        drawn = session.scalars(select(Grid.code).where(Grid.boundary.is_not(None))).all()
    assert drawn == ["C1-2"]


def test_who_wrote_to_the_account_before_is_the_same_person(sessions, folder):
    with sessions.begin() as session:
        session.add(Person(openid="oChen", home_building="3"))
    summary = bring_in(sessions, folder)
    assert (summary.people.added, summary.people.changed) == (2, 1)
    with sessions() as session:
        assert person(session, "陈小玲").home_building == "3"


def test_who_was_awaited_and_has_joined_since_is_the_same_person(sessions, folder):
    bring_in(sessions, folder)
    with sessions.begin() as session:
        person(session, "周立新").openid = "oZhou"
    assert not bring_in(sessions, folder).changed
    replace(folder, "people.csv", "周立新,,", "周立新,oZhou,")
    assert not bring_in(sessions, folder).changed
    with sessions() as session:
        assert person(session, "周立新").openid == "oZhou"


def test_who_was_awaited_gets_the_openid_that_the_files_learn(sessions, folder):
    bring_in(sessions, folder)
    replace(folder, "people.csv", "周立新,,", "周立新,oZhou,")
    assert bring_in(sessions, folder).people == Tally(0, 1, 2)
    with sessions() as session:
        assert person(session, "周立新").openid == "oZhou"


def test_a_resident_who_claims_the_name_of_awaited_staff_gets_nothing(sessions, folder):
    with sessions.begin() as session:
        session.add(Person(openid="oImpostor", name="周立新", phone="13800000003"))
    bring_in(sessions, folder)
    with sessions() as session:
        impostor = session.scalars(select(Person).where(Person.openid == "oImpostor")).one()
        assert (impostor.is_staff, impostor.team) == (False, None)


def test_empty_details_don_t_erase_what_is_known(sessions, folder):
    bring_in(sessions, folder)
    replace(folder, "people.csv", "13800000002,Chen", ",")
    assert not bring_in(sessions, folder).changed
    with sessions() as session:
        assert person(session, "陈小玲").phone == "13800000002"


def test_objects_that_the_session_holds_are_not_stale_afterwards(sessions, folder):
    bring_in(sessions, folder)
    replace(folder, "grids.csv", "离柳一网格", "离柳红旗网格")
    with sessions.begin() as session:
        grid = session.get_one(Grid, "C1-1")
        import_world(session, read_world(folder))
        assert grid.name == "离柳红旗网格"


def test_a_place_that_moves_to_another_community_is_another_place(sessions, folder):
    bring_in(sessions, folder)
    replace(folder, "places.csv", "长安路,,C2", "长安路,,C1")
    summary = bring_in(sessions, folder)
    assert (summary.places.added, summary.places.left) == (1, ("C2/长安路",))


def test_the_demonstration_world_comes_in_and_can_be_loaded(sessions):
    assert bring_in(sessions, DEMO).changed
    assert not bring_in(sessions, DEMO).changed
    with sessions() as session:
        world = load_world(session)
    desheng = world.places_named("德尚小区")[0]
    assert [node.name for node in world.chain(desheng.grid_of("3"))[1:]] == ["文苑社区", "新义街道", "孝义市"]


@pytest.mark.slow
def test_a_city_of_many_places_comes_in_quickly_and_changes_quickly(sessions, folder):
    rows = "".join(f"院{n},别名{n},C{n % 2 + 1}-1,1-12,compound,self,37.1,111.7\n" for n in range(10_000))
    path = folder / "places.csv"
    path.write_text(path.read_text("utf-8") + rows, "utf-8")
    began = process_time()
    assert bring_in(sessions, folder).places.added == 10_004
    path.write_text(path.read_text("utf-8").replace(",self,", ",managed,"), "utf-8")
    assert bring_in(sessions, folder).places.changed == 10_001
    assert process_time() - began < 6  # 100,000 within a minute; measured: 1.5 s here
    with sessions() as session:
        modes = session.scalars(select(Place.mode).where(Place.name.like("院%")).distinct()).all()
    assert modes == ["managed"]
