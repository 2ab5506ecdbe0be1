"""A person answers: what the bot leaves to them, and how long."""

from chat import GRID_STAFF, PROPERTY, RESIDENT

from handlers.dialogue.message import Kind
from handlers.staff.roles import appoint
from models.person import Person, Role


def calls_a_person(chat):
    chat.says(RESIDENT, "绑定 德尚小区3号楼2单元")
    chat.says(RESIDENT, "德尚小区3号楼电梯又坏了")
    return chat.says(RESIDENT, "人工")


def test_while_nobody_has_answered_each_word_is_acknowledged(chat):
    assert "结束" in calls_a_person(chat)
    assert "转给值班人员" in chat.says(RESIDENT, "有人吗")
    assert "有人吗" in "".join(chat.pushed(GRID_STAFF))


def test_whom_nobody_answered_hears_so_after_half_an_hour(chat, clock):
    calls_a_person(chat)
    chat.pushed(RESIDENT)
    clock.turn(minutes=31)
    chat.timers_ring()
    assert "还没腾出手" in "".join(chat.pushed(RESIDENT))
    assert chat.ticket().number in chat.says(RESIDENT, "进度")


def test_at_night_nobody_reads_so_the_bot_goes_on(chat, clock):
    clock.turn(hours=13)
    assert "结束" not in calls_a_person(chat)
    assert chat.ticket().number in chat.says(RESIDENT, "进度")


def test_a_digit_while_they_talk_rates_nothing(chat):
    calls_a_person(chat)
    chat.says(GRID_STAFF, "回 您说")
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "结 换了皮带")
    assert chat.says(RESIDENT, "1") == ""
    assert chat.ticket().rating is None


def test_the_resident_may_end_it_too(chat):
    calls_a_person(chat)
    chat.says(GRID_STAFF, "回 您说")
    assert "接下来由我" in chat.says(RESIDENT, "结束")
    assert chat.ticket().number in chat.says(RESIDENT, "进度")


def test_a_photo_goes_to_the_ticket_that_they_talk_about(chat):
    calls_a_person(chat)
    chat.sends(RESIDENT, Kind.IMAGE, media_id="m1")
    assert "[照片]" in "".join(chat.pushed(GRID_STAFF))
    assert "照片、语音：1 份" in chat.says(PROPERTY, f"看 {chat.ticket().number}")


def test_colleagues_see_what_one_of_them_answers_and_that_it_is_over(chat):
    """Where several people of a team are told, two don't answer the same."""
    other = "oOfTheSameGrid"
    with chat.program.sessions() as session, session.begin():
        person = Person(openid=other, name="钱多多")
        appoint(person, Role.GRID_STAFF, "WY-01", "G-WY-01")
        session.add(person)
    calls_a_person(chat)
    assert "请人工联系" in "".join(chat.pushed(other))
    chat.pushed(GRID_STAFF)
    chat.says(GRID_STAFF, "回 马上派人去看")
    assert "马上派人去看" in "".join(chat.pushed(other))
    assert chat.pushed(GRID_STAFF) == []
    assert "马上派人去看" in "".join(chat.pushed(RESIDENT))
    chat.says(GRID_STAFF, "结束")
    assert "不用再回" in "".join(chat.pushed(other))
