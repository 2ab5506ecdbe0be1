"""Patrols: check-ins by code and pin, the way of the next round, and every figure counted again."""

from dataclasses import replace
from datetime import datetime

import pytest
from chat import COMMUNITY, GRID_STAFF, PROPERTY, RESIDENT, Chat
from rows import every
from sqlalchemy import select

from handlers.dialogue.message import Kind
from handlers.patrols.points import metres
from handlers.town_import.patrols import USUAL_TIMES, spans_of, write_patrols
from handlers.town_import.records import PatrolRecord
from handlers.world.coordinates import wgs_to_gcj
from models.patrol import CheckIn
from models.ticket import CHINA, Ticket

GATE = PatrolRecord("DS-01", "WY-01", "德尚小区东门", 37.142267, 111.798570, USUAL_TIMES)
ROOF = PatrolRecord("DS-02", "WY-01", "后街配电房", 37.152267, 111.798570, USUAL_TIMES)
FAR = PatrolRecord("QB-01", "QB-01", "桥北路口", 37.2, 111.7, USUAL_TIMES)


@pytest.fixture
def points(program):
    with program.sessions() as session, session.begin():
        assert write_patrols(session, [GATE, ROOF, FAR]).added == 3
        assert write_patrols(session, [GATE, ROOF, FAR]).unchanged == 3
    return Chat(program)


def check_ins(program) -> list[CheckIn]:
    with program.reading() as session:
        return list(session.scalars(select(CheckIn)))


def pin(chat: Chat, lat: float, lng: float) -> str:
    lat, lng = wgs_to_gcj(lat, lng)
    return chat.sends(GRID_STAFF, Kind.LOCATION, latitude=lat, longitude=lng, label="")


def test_a_point_is_reached_by_its_code_once_a_round(points):
    assert "到了德尚小区东门" in points.says(GRID_STAFF, "到点 DS-01")
    assert "已经到过" in points.says(GRID_STAFF, "到点 DS-01")
    assert "没有编号" in points.says(GRID_STAFF, "到点 QB-01")
    assert [each.by_pin for each in check_ins(points.program)] == [False]


def test_a_code_is_heard_however_it_is_written(points, clock):
    """One round each, so that every form is a check-in of its own."""

    def check(number, said):
        clock.now = datetime(2026, 11, 17 + number // 2, (9, 16)[number % 2], tzinfo=CHINA)
        assert "到了德尚小区东门" in points.says(GRID_STAFF, said)

    forms = (
        "到点DS01",
        "到点 ds-1",
        "到 DS-1",
        "DS 01到了",
        "到点 DS－01。",
        "到点：德尚小区东门",
        "打卡 ds1",
        "我到DS-1了",
    )
    every(enumerate(forms), check)
    assert len(check_ins(points.program)) == len(forms)
    assert points.tickets() == []


def test_a_pin_near_it_counts_and_one_3_km_away_is_told_in_a_line(points):
    assert "发一下位置" in points.says(GRID_STAFF, "到点")
    reply = pin(points, GATE.lat + 3 / 111.19, GATE.lng)
    assert ("公里，没有记" in reply, "\n" in reply, check_ins(points.program)) == (True, False, [])
    points.says(GRID_STAFF, "到点")
    assert "到了德尚小区东门" in pin(points, GATE.lat + 0.0003, GATE.lng)
    assert len(check_ins(points.program)) == 1
    assert points.tickets() == []


def test_others_than_the_grid_s_own_have_no_such_word(points):
    for who in (RESIDENT, PROPERTY):
        assert "东门" not in points.says(who, "到点 DS-01")
    assert check_ins(points.program) == []


def test_the_next_round_begins_where_most_was_filed(points):
    assert points.says(GRID_STAFF, "巡查路线").index("东门") > 0
    for who in range(3):
        points.says(f"oSomebody{who}", "德尚小区3号楼楼道灯不亮")
    said = points.says(GRID_STAFF, "巡查路线")
    assert said.index("东门") < said.index("配电房")
    points.says(GRID_STAFF, "到点 DS-01")
    assert "东门" not in points.says(GRID_STAFF, "巡查路线")


def test_every_figure_is_what_the_rows_say(points, clock):
    began = clock.now
    for day in range(4):
        for hour in (9, 16):
            clock.now = datetime(2026, 11, 16 + day, hour, tzinfo=CHINA)
            if (day, hour) != (2, 9):
                points.says(GRID_STAFF, "到点 DS-01")
        points.says(GRID_STAFF, "巡查 德尚小区2号楼楼道堆物")
        points.says(f"oSomebody{day}", f"德尚小区{day + 1}号楼楼道灯不亮")
    clock.now = datetime(2026, 11, 23, 9, tzinfo=CHINA)
    with points.program.reading() as session:
        filed = session.scalars(select(Ticket.source).where(Ticket.grid == "WY-01")).all()
    rounds = [(day, span) for day in range(7) for span in ((8, 11), (15, 18))]
    came = [each.at.astimezone(CHINA) for each in check_ins(points.program)]
    gone = sum(any(at.day == 16 + day and first <= at.hour <= last for at in came) for day, (first, last) in rounds)
    said = points.says(GRID_STAFF, "巡查情况 上周")
    rate = f"{filed.count('patrol') / len(filed):.0%}"
    assert f"该巡 {2 * len(rounds)} 趟，到了 {gone} 趟，漏了 {2 * len(rounds) - gone} 趟" in said
    assert f"巡查发现 {filed.count('patrol')} 件，未诉先办率 {rate}" in said
    assert ("后街配电房 漏 14 趟" in said, began < clock.now) == (True, True)
    assert "该巡" in points.says(COMMUNITY, "巡查情况 上周")


def test_a_point_added_later_was_missed_no_sooner(points, clock):
    """A new name changes nothing."""
    points.says(GRID_STAFF, "到点 DS-01")
    added = datetime(2026, 11, 20, 12, tzinfo=CHINA)
    pond = PatrolRecord("DS-03", "WY-01", "水池", 37.142267, 111.798570, USUAL_TIMES)
    with points.program.sessions() as session, session.begin():
        write_patrols(session, [GATE, ROOF, pond], added)
        write_patrols(session, [GATE, ROOF, replace(pond, name="喷水池")], datetime(2026, 11, 22, tzinfo=CHINA))
    clock.now = datetime(2026, 11, 23, 9, tzinfo=CHINA)
    said = points.says(GRID_STAFF, "巡查情况 上周")
    assert ("后街配电房 漏 14 趟" in said, "喷水池 漏 5 趟" in said) == (True, True), said


def test_a_metre_is_a_metre():
    assert metres(37, 111, 37 + 1 / 111.19, 111) == pytest.approx(1000, rel=0.01)


@pytest.mark.parametrize("times", ["", "8点", "11:00-08:00", "08:00"])
def test_times_that_are_none(times):
    assert spans_of(times) is None


def test_a_point_that_the_files_have_no_more_is_left_out_and_comes_back(points, clock):
    with points.program.sessions() as session, session.begin():
        assert write_patrols(session, [ROOF]).left == ("DS-01", "QB-01")
    clock.turn(minutes=1)
    assert "没有编号" in points.says(GRID_STAFF, "到点 DS-01")
    with points.program.sessions() as session, session.begin():
        assert write_patrols(session, [GATE, ROOF]).added == 1
    assert "到了" in points.says(GRID_STAFF, "到点 DS-01")
