"""What somebody may do follows from their part in a ticket: who helps is named, danger waits for no answer."""

from chat import GRID_STAFF, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR


def test_a_helper_that_signs_is_named_as_who_signed(chat):
    chat.says(RESIDENT, "德尚小区5号楼楼道里有人养鸡")
    ticket = chat.ticket()
    assert ticket.team == "G-WY-01"
    chat.says(PROPERTY, f"接 {ticket.number}")
    assert any("德尚物业已签收" in words for words in chat.pushed(RESIDENT))


def test_a_question_stops_the_clock_but_never_in_danger(chat):
    chat.says(RESIDENT, "德尚小区3号楼着火了")
    number = chat.ticket().number
    assert "照常计时" in chat.says(GRID_STAFF, f"问 {number} 在几楼")
    assert chat.ticket().stopped_at is None
    chat.says(NEIGHBOUR, "德尚小区5号楼楼道灯坏了")
    assert "不计时" in chat.says(PROPERTY, f"问 {chat.ticket().number} 在几楼")
    assert chat.ticket().stopped_at is not None


def test_who_looked_is_told_to_the_reporter_without_names(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    number = chat.ticket().number
    assert "还没有人" in chat.says(RESIDENT, f"谁看过 {number}")
    chat.says(PROPERTY, f"看 {number}")
    told = chat.says(RESIDENT, f"谁看过 {number}")
    assert "德尚物业物业人员" in told
    assert "德尚物业物业人员" not in chat.says(SUPERVISOR, f"谁看过 {number}")
    assert "打开过" not in chat.says(NEIGHBOUR, f"谁看过 {number}")
