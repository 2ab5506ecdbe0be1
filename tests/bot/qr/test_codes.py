"""Printed codes: made once at the platform, readable from the sheet, and good for the next report."""

import pytest
import zxingcpp
from chat import RESIDENT
from outbox import outbox
from PIL import Image
from sqlalchemy import select

from bot.qr.codes import KINDS, Code, made, scenes
from bot.qr.sheet import PER_PAGE, write
from bot.simulator.journal import ApiCall
from handlers.world.qr_scenes import Scene, scene_of
from models.person import Person
from models.qr_scene import SceneCode

pytestmark = pytest.mark.slow


@pytest.fixture
def box(databases, reader, tmp_path, clock):
    with outbox(databases.fresh("sqlite", with_town=True), tmp_path, clock, reader) as found:
        yield found


def town(box):
    with box.program.reading() as session:
        return box.program.towns.current(session)


def place_id(box, name="德尚小区"):
    return town(box).world.places_named(name)[0].id


def asked(box):
    return sum(isinstance(call, ApiCall) and call.path == "qrcode/create" for call in box.platform.journal.entries())


def test_a_code_that_was_made_before_is_not_made_again(box):
    wanted = scenes(town(box), "compound")
    first = made(box.program.sessions, box.worker.gateway, wanted, lambda: None)
    assert asked(box) == len(wanted) > 3
    assert made(box.program.sessions, box.worker.gateway, wanted, lambda: None) == first
    assert asked(box) == len(wanted)
    with box.program.reading() as session:
        assert len(session.scalars(select(SceneCode)).all()) == len(wanted)


@pytest.mark.parametrize("kind", KINDS)
def test_every_scene_that_is_printed_is_understood_when_it_is_scanned(box, kind):
    found = scenes(town(box), kind)
    assert found
    for scene, _ in found:
        assert scene_of(town(box).world, f"qrscene_{scene}") == scene
        assert len(str(scene)) <= 64


def test_one_grid_alone(box):
    everywhere, here = scenes(town(box), "building"), scenes(town(box), "building", "WY")
    assert 0 < len(here) < len(everywhere)


@pytest.mark.parametrize(("name", "pages"), [("codes.pdf", 2), ("codes.png", 2)])
def test_the_sheet_can_be_scanned_as_it_is_printed(tmp_path, name, pages):
    codes = [
        Code(f"德尚小区{number}号楼电梯", f"http://weixin.qq.com/q/place_1_{number}") for number in range(PER_PAGE + 1)
    ]
    written, files = write(codes, tmp_path / name)
    assert written == pages
    assert all(each.exists() for each in files)
    if name.endswith("pdf"):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF")
        return
    read = [found.text for file in files for found in zxingcpp.read_barcodes(Image.open(file).convert("L"))]
    assert sorted(read) == sorted(code.url for code in codes)


def test_a_scan_sets_the_place_of_the_next_report_and_leaves_the_home(box, clock):
    box.chat.delivers = False
    box.chat.says(RESIDENT, "绑定 园丁小区2号楼")
    greeting = box.chat.does(RESIDENT, "scan", str(Scene(place_id(box), "3", "lift")))
    assert "德尚小区3号楼电梯" in greeting
    assert "德尚小区3号楼" in box.chat.says(RESIDENT, "电梯坏了")
    ticket = box.chat.ticket()
    assert (ticket.place_name, ticket.building) == ("德尚小区", "3")
    assert "园丁小区2号楼" in box.chat.says(RESIDENT, "楼道灯不亮了")
    with box.program.reading() as session:
        person = session.scalars(select(Person).where(Person.openid == RESIDENT)).one()
        assert person.home_place_id == place_id(box, "园丁小区")


def test_a_scan_of_long_ago_and_a_place_in_words_go_before_it(box, clock):
    box.chat.delivers = False
    box.chat.says(RESIDENT, "绑定 园丁小区2号楼")
    box.chat.does(RESIDENT, "scan", str(Scene(place_id(box), "3")))
    assert "园丁小区5号楼" in box.chat.says(RESIDENT, "园丁小区5号楼电梯坏了")
    box.chat.does(RESIDENT, "scan", str(Scene(place_id(box), "3")))
    clock.turn(hours=2)
    assert "园丁小区2号楼" in box.chat.says(RESIDENT, "家里停电了")


@pytest.mark.parametrize("scene", ["place_0", "place_1_3_door", "place__3", "place_1_" + "9" * 60, "'; drop table"])
def test_a_scene_that_is_none_means_nothing(box, scene):
    assert "德尚小区" not in box.chat.does("oNeu", "scan", scene)
