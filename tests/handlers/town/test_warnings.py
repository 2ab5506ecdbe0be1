"""What `check` finds strange about rules and town: named, and nothing found where all is well."""

import pytest
from importing_town import replace, write_town
from testbed import ROOT, WORLD

from bot.installation.settings import load_settings
from handlers.town.catalogue import Catalogue, read_catalogue
from handlers.town.routing import Routing
from handlers.town.routing_warnings import routing_warnings
from handlers.town_import.importing import import_world, read_world
from handlers.world.nodes import PlaceNode, TeamNode
from handlers.world.town_warnings import world_warnings
from handlers.world.world import World, load_world
from models.grid import Grid, Place, PlaceRange

CATALOGUE = Catalogue(
    {"repairs": "维修报修", "noise": "噪音扰民", "other": "其他"},
    {"lift": ("repairs", "电梯"), "dance": ("noise", "广场舞")},
)
LEAD = ["community"]


def found(*rules, world=None):
    made = [{"name": f"规则{n}", "when": when, "lead": LEAD} for n, when in enumerate(rules, start=1)]
    routing = Routing.model_validate({"rules": [*made, {"name": "其余", "lead": LEAD}]})
    return [warning.what for warning in routing_warnings(routing, CATALOGUE, world or World("v"))]


@pytest.mark.parametrize(
    "when",
    [
        {"category": ["noise"], "item": ["lift"]},
        {"red_flag": True, "urgent": False},
        {"category": ["repairs"], "item": ["dance"], "urgent": True},
    ],
)
def test_a_rule_that_contradicts_itself_is_named(when):
    assert found(when) == ["规则“规则1”的条件自相矛盾，永远不会成立"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"category": ["repairs"]}, {"item": ["lift"]}),
        ({"urgent": True}, {"red_flag": True}),
        ({"mode": ["cover", "self"]}, {"mode": ["self"], "category": ["noise"]}),
        ({"category": ["noise", "repairs"]}, {"category": ["noise"], "working_time": False}),
        ({"source": ["hotline", "patrol"]}, {"source": ["patrol"], "place": ["德尚小区"]}),
    ],
)
def test_a_rule_behind_a_wider_one_is_named_with_the_one_that_hides_it(earlier, later):
    town = World("v", places={1: PlaceNode(1, "德尚小区", "C", "compound", "cover", None, None, {})})
    assert found(earlier, later, world=town) == ["规则“规则2”永远轮不到，前面的“规则1”已经全部接走"]
    assert found(later, earlier, world=town) == []


def test_several_rules_together_hide_one_that_none_hides_alone():
    said = found({"working_time": True}, {"working_time": False, "category": ["noise"]}, {"category": ["noise"]})
    assert said == ["规则“规则3”永远轮不到，前面的“规则1”、“规则2”已经全部接走"]
    assert found({"working_time": True}, {"category": ["noise"]}, {"urgent": True, "category": ["noise"]}) == [
        "规则“规则3”永远轮不到，前面的“规则1”、“规则2”已经全部接走"
    ]


def test_the_last_rule_too_may_be_out_of_reach():
    assert found({"working_time": True}, {"working_time": False}) == [
        "规则“其余”永远轮不到，前面的“规则1”、“规则2”已经全部接走"
    ]


def test_departments_and_places_that_nobody_knows_are_named():
    routing = Routing.model_validate(
        {
            "rules": [
                {
                    "name": "城管",
                    "when": {"place": ["德尚小区"]},
                    "lead": ["department:城管"],
                    "support": ["department:水务"],
                },
                {"name": "其余", "lead": LEAD},
            ]
        }
    )
    team = TeamNode("D", "市城管局", "department")
    said = [warning.what for warning in routing_warnings(routing, CATALOGUE, World("v", teams={"D": team}))]
    assert said == ["规则“城管”里的 department:水务 没有对应的部门", "规则“城管”说的地点“德尚小区”不在地点表里"]


@pytest.fixture
def strange(sessions, tmp_path):
    """What is strange about a town out of files."""
    write_town(tmp_path)

    def find(*changes):
        for change in changes:
            replace(tmp_path, *change)
        with sessions.begin() as session:
            import_world(session, read_world(tmp_path))
        return look(sessions)

    return find


def look(sessions):
    with sessions() as session:
        return [warning.what for warning in world_warnings(session, load_world(session))]


def test_grids_and_teams_without_people_are_named(strange):
    assert strange() == ["单位“离柳居委会”没有人", "网格“离柳二网格”没有网格员", "网格“长安一网格”没有网格员"]


def test_houses_in_two_grids_are_found_in_a_database_that_was_filled_otherwise(strange, sessions):
    strange()
    with sessions.begin() as session:
        place = session.query(Place).filter_by(name="德尚小区").one()
        session.add(PlaceRange(place_id=place.id, buildings="3;9", grid="C1-2"))
    assert "“德尚小区”的3号楼同时划给了离柳一网格、离柳二网格" in look(sessions)


def test_boundaries_that_overlap_or_gape_are_measured(strange, sessions):
    strange(("boundaries.geojson", "[[[111.77, 37.14], [111.78, 37.14]", "[[[111.77, 37.14], [111.781, 37.14]"))
    with sessions.begin() as session:
        whole = '{"type":"Polygon","coordinates":[[[111.77,37.14],[111.80,37.14],[111.80,37.15],[111.77,37.15],[111.77,37.14]]]}'
        session.get_one(Grid, "C1").boundary = whole
    found = [each for each in look(sessions) if "平方米" in each]
    assert len(found) == 2
    assert found[0].startswith("“离柳一网格”和“离柳二网格”的边界重叠约 ")
    assert 4000 < float(found[0].split("约 ")[1].split()[0]) < 6000
    assert found[1].startswith("“离柳社区”里约有 ")
    assert found[1].endswith("平方米不属于任何网格")


def test_a_pin_outside_its_grid_is_named(strange):
    assert "“德尚小区”的坐标不在它所属网格的边界里" in strange(("places.csv", "37.1448,111.7841", "37.2448,111.7841"))


def test_the_demonstration_town_and_the_shipped_rules_are_without_warnings(sessions):
    with sessions.begin() as session:
        import_world(session, read_world(WORLD))
    settings = load_settings(ROOT / "config.yaml")
    with sessions() as session:
        world = load_world(session)
        catalogue = read_catalogue(settings.path(settings.files.categories))
        assert list(routing_warnings(settings.routing, catalogue, world)) == []
        assert [warning.what for warning in world_warnings(session, world)] == []
