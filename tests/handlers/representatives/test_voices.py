"""楼栋长 and 业委会: they speak for their house or compound, and learn nobody's name by it."""

from dataclasses import replace

import pytest
from chat import COMMUNITY, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR, Chat
from importing_town import replace as changed
from importing_town import write_town
from testbed import WORLD

from handlers.tables.table import TableError
from handlers.town_import.importing import import_world, read_world
from handlers.town_import.records import GridRecord, PersonRecord
from handlers.world.houses import house_of
from handlers.world.representatives import voice_of
from models.grid import Level
from models.person import Role

HEAD, MEMBER = "oHead", "oMember"


@pytest.fixture
def spoken_for(program):
    """House 3 of 德尚小区 has a head; the committee of 园丁小区 a member without any post."""
    files = read_world(WORLD)
    house = GridRecord("WY-01-3", "德尚小区3号楼", Level.BUILDING, "WY-01")
    people = (
        PersonRecord("张大爷", HEAD, frozenset(), None, "WY-01-3", "", ""),
        PersonRecord("赵老师", MEMBER, frozenset(), "O-YD", None, "", ""),
    )
    with program.sessions() as session, session.begin():
        import_world(session, replace(files, grids=(*files.grids, house), people=(*files.people, *people)))
    with program.sessions() as session:
        program.towns.current(session)
    program.towns.settled()
    return Chat(program)


def test_a_head_hears_of_the_house_and_sees_how_it_gets_on_without_names(spoken_for):
    chat = spoken_for
    chat.says(RESIDENT, "德尚小区3号楼2单元502电梯坏了，我叫王秀兰13812345678")
    number = chat.ticket().number
    assert (chat.ticket().grid, chat.ticket().team) == ("WY-01", "P-DS")
    [heard] = chat.pushed(HEAD)
    assert ("楼里新报了一件" in heard, number in heard) == (True, True)
    told = chat.says(HEAD, "楼栋")
    for said in (heard, told):
        assert not any(secret in said for secret in ("王秀兰", "502", "138", "2单元"))
    assert "德尚小区3号楼：在办 1 件" in told
    chat.says(NEIGHBOUR, "德尚小区5号楼门禁坏了")
    assert chat.pushed(HEAD) == []
    assert chat.ticket().number not in chat.says(HEAD, "楼栋")


def test_what_complains_of_those_who_work_there_is_told_to_no_head(spoken_for):
    chat = spoken_for
    chat.says(RESIDENT, "投诉德尚小区3号楼物业保安骂人态度恶劣")
    assert chat.ticket().shut_out
    assert chat.pushed(HEAD) == []
    assert chat.ticket().number not in chat.says(HEAD, "楼栋")


def test_a_head_files_for_neighbours_in_the_house_alone_but_a_danger_anywhere(spoken_for):
    chat = spoken_for
    chat.says(HEAD, "代报 一楼楼道灯不亮")
    ticket = chat.ticket()
    assert (ticket.place_name, ticket.building, ticket.source) == ("德尚小区", "3", "hotline")
    assert chat.pushed(HEAD) == []
    assert "别处的事" in chat.says(HEAD, "代报 德尚小区5号楼门禁坏了")
    assert len(chat.tickets()) == 1
    chat.says(HEAD, "代报 德尚小区5号楼有煤气味")
    assert chat.ticket().red_flag == "gas"


def test_a_committee_speaks_for_its_compound_and_hears_what_meetings_decide(spoken_for):
    chat = spoken_for
    chat.says(RESIDENT, "园丁小区2号楼水泵坏了")
    number = chat.ticket().number
    assert number in chat.says(MEMBER, "楼栋")
    assert chat.pushed(MEMBER) == []
    assert "别处的事" in chat.says(MEMBER, "代报 德尚小区3号楼门禁坏了")
    with chat.program.sessions() as session, session.begin():
        session.get_one(type(chat.ticket()), chat.ticket().id).returns = 3
    assert number in chat.says(COMMUNITY, "议程")
    assert "记下了" in chat.says(COMMUNITY, "议 1 物业11月底前换泵，业委会公示费用")
    assert any("换泵" in push for push in chat.pushed(RESIDENT))
    assert any("会上议过了" in push and "换泵" in push for push in chat.pushed(MEMBER))
    assert chat.pushed(HEAD) == []


def test_a_voice_is_no_right_to_act_and_nobody_else_has_the_words(spoken_for):
    chat = spoken_for
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number
    assert "楼栋：" in chat.says(HEAD, "帮助 全部") + chat.says(HEAD, "更多")
    for said in (f"接 {number}", f"看 {number}", f"转 {number} 城管", "待办", "今日", "导出", f"进度 {number}"):
        chat.says(HEAD, said)
        chat.says(MEMBER, said)
    assert (chat.tickets()[0].status, chat.tickets()[0].assignee_id) == ("dispatched", None)
    for who in (RESIDENT, NEIGHBOUR, PROPERTY, SUPERVISOR):
        assert "在办 1 件" not in chat.says(who, "楼栋")
        assert "楼栋：" not in chat.says(who, "帮助 全部")


def test_a_house_in_the_files_needs_its_compound_its_grid_and_a_head_without_a_post(tmp_path):
    folder = write_town(tmp_path)
    changed(
        folder,
        "grids.csv",
        "C1-1,离柳一网格",
        "H3,德尚花园3号楼,楼栋,C1-1\nH9,没有的小区9号楼,楼栋,C1\nC1-1,离柳一网格",
    )
    changed(folder, "people.csv", "王秀兰,oWang,resident,,,", "王秀兰,oWang,楼栋长,,H3,")
    changed(folder, "people.csv", "周立新,,property_staff,P,,", "周立新,,property_staff,P,H3,")
    with pytest.raises(TableError) as refused:
        read_world(folder)
    said = str(refused.value)
    assert all(each in said for each in ("没有的小区9号楼", "楼栋的上级应是网格", "楼栋长不办单"))
    assert "德尚花园3号楼" not in said
    changed(folder, "grids.csv", "H9,没有的小区9号楼,楼栋,C1\n", "")
    changed(folder, "people.csv", "周立新,,property_staff,P,H3,", "周立新,,property_staff,P,,")
    people = {each.name: each for each in read_world(folder).people}
    assert (people["王秀兰"].roles, people["王秀兰"].grid) == (frozenset(), "H3")
    assert Role.PROPERTY_STAFF in people["周立新"].roles


def test_houses_are_read_off_their_names(spoken_for):
    assert house_of("德尚小区3号楼", ["德尚", "德尚小区"]) == ("德尚小区", "3")
    assert house_of("德尚小区a座", ["德尚小区"]) == ("德尚小区", "A")
    assert house_of("德尚小区", ["德尚小区"]) is None
    with spoken_for.program.reading() as session:
        town = spoken_for.program.towns.current(session)
        place = next(each for each in town.world.places.values() if each.name == "德尚小区")
        assert town.world.heads == {(place.id, "3"): "WY-01-3"}
        head = PersonRecord("张大爷", HEAD, frozenset(), None, "WY-01-3", "", "")
        voice = voice_of(town.world, head)
        assert [voice.reaches(place.id, building) for building in ("3", "5", "")] == [True, False, False]
