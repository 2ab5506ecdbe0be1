"""What is said right after a report: more of it, another trouble at the same place, or a danger."""

import pytest
from chat import RESIDENT

BIN = "德尚小区2号楼垃圾桶满了"


@pytest.mark.parametrize("words", ["老鼠都来了", "味儿太大", "我们不敢开窗户"])
def test_what_goes_on_about_it_is_added_to_it(chat, words):
    chat.says(RESIDENT, BIN)
    assert f"已补充到工单 {chat.ticket().number}" in chat.says(RESIDENT, words)
    assert len(chat.tickets()) == 1


def test_after_an_hour_it_is_a_matter_of_its_own(chat, clock):
    chat.says(RESIDENT, BIN)
    clock.turn(minutes=70)
    assert "已补充" not in chat.says(RESIDENT, "味儿太大")


def test_a_danger_is_never_only_added(chat):
    chat.says(RESIDENT, BIN)
    assert "119" in chat.says(RESIDENT, "垃圾桶着火了")
    assert chat.tickets()[-1].red_flag == "fire"


@pytest.mark.parametrize(
    ("answer", "house"), [("1", ""), ("是的", ""), ("3号楼", "3"), ("就在楼下", ""), ("不是，园丁小区", None)]
)
def test_another_trouble_is_offered_the_place_told_before(chat, answer, house):
    chat.says(RESIDENT, BIN)
    assert "是德尚小区吗" in chat.says(RESIDENT, "还有路灯也不亮")
    chat.says(RESIDENT, answer)
    filed = chat.tickets()[-1]
    assert (filed.item, filed.place_name) == ("street_lamp", "园丁小区" if house is None else "德尚小区")
    assert filed.building == (house or "")
