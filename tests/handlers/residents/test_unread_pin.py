"""A place message that says no place is acknowledged, and the place asked for in words."""

from chat import RESIDENT

from handlers.dialogue.message import Kind


def test_a_pin_without_degrees_is_asked_for_in_words(chat):
    assert "哪个小区几号楼" in chat.sends(RESIDENT, Kind.LOCATION, label="某处")
    assert chat.tickets() == []


def test_the_question_that_stood_open_stays_so(chat):
    chat.says(RESIDENT, "楼道灯坏了")
    assert "读不出在哪里" in chat.sends(RESIDENT, Kind.LOCATION)
    chat.says(RESIDENT, "德尚小区3号楼")
    assert [(each.place_name, each.building) for each in chat.tickets()] == [("德尚小区", "3")]
