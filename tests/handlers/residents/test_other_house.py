"""「3号楼」 behind a report is the rest of its address, an address with a trouble behind it a report, no home."""

import pytest
from chat import NEIGHBOUR, PROPERTY, RESIDENT
from sqlalchemy import select

from models.person import Person

pytestmark = pytest.mark.slow


def home(chat, openid=RESIDENT):
    with chat.program.reading() as session:
        return session.scalars(select(Person).where(Person.openid == openid)).one().home_place_id


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("3号楼", "德尚小区3号楼"),
        ("三号楼二单元", "德尚小区3号楼2单元"),
        ("就是3栋2单元501", "德尚小区3号楼2单元501室"),
        ("我家3号楼", "德尚小区3号楼"),
        ("3#", "德尚小区3号楼"),
    ],
)
def test_the_house_may_follow(chat, words, where):
    chat.says(RESIDENT, "德尚小区电梯坏了")
    chat.pushed(PROPERTY)
    said = chat.says(RESIDENT, words)
    assert where in said
    assert chat.ticket().number in said
    assert where in chat.pushed(PROPERTY)[-1]
    assert (chat.ticket().building, len(chat.tickets()), home(chat)) == ("3", 1, None)


@pytest.mark.parametrize("words", ["不对，是6号楼", "说错了，应该是6号楼", "更正：6号楼"])
def test_a_wrong_house_is_put_right(chat, words):
    chat.says(RESIDENT, "德尚小区5号楼暖气不热")
    assert "德尚小区6号楼" in chat.says(RESIDENT, words)
    assert chat.ticket().building == "6"


def test_another_house_without_a_word_of_correction_is_only_passed_on(chat):
    chat.says(RESIDENT, "德尚小区5号楼电梯坏了")
    assert "已补充" in chat.says(RESIDENT, "6号楼")
    assert chat.ticket().building == "5"
    assert "6号楼" in chat.pushed(PROPERTY)[-1]


def test_a_unit_alone_leaves_the_house(chat):
    chat.says(RESIDENT, "德尚小区5号楼电梯坏了")
    assert "德尚小区5号楼2单元" in chat.says(RESIDENT, "二单元")


def test_a_house_long_after_is_not_taken_for_the_old_report_s(chat, clock):
    chat.says(RESIDENT, "德尚小区电梯坏了")
    clock.turn(hours=3)
    assert "告诉我您住哪里" in chat.says(RESIDENT, "3号楼")


@pytest.mark.parametrize("words", ["德尚小区3号楼楼道堆杂物", "德尚小区3号楼有杂物", "德尚小区5号楼的灯还是不亮"])
def test_an_address_with_more_behind_it_is_no_home(chat, words):
    chat.says(RESIDENT, words)
    chat.says(RESIDENT, "1")
    assert len(chat.tickets()) == 1
    assert home(chat) is None


@pytest.mark.parametrize(
    "words", ["我住德尚小区3号楼", "德尚小区3号楼", "我家在德尚小区3号楼2单元", "我是德尚小区3号楼的"]
)
def test_an_address_alone_is_a_home(chat, words):
    assert "记住了" in chat.says(NEIGHBOUR, words)
    assert home(chat, NEIGHBOUR) is not None


def test_who_told_the_house_is_asked_only_for_the_compound(chat):
    assert "3号楼在哪个小区？" in chat.says(RESIDENT, "停水了，3号楼")
    chat.says(RESIDENT, "德尚")
    assert (chat.ticket().place_name, chat.ticket().building) == ("德尚小区", "3")
