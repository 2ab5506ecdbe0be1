"""A push lights up on a locked screen with its first line alone: it says where and what, and asks only what one may do."""

from datetime import UTC, datetime

import pytest
from chat import ADMIN, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from models.person import Person
from models.push import Push

pytestmark = pytest.mark.slow

LIFT = "德尚小区3号楼电梯坏了"
FIRE = "德尚小区2号楼着火了"


def first_lines(chat, who):
    return [told.partition("\n")[0] for told in chat.pushed(who)]


@pytest.mark.parametrize("trouble", [LIFT, FIRE])
def test_staff_read_where_and_what_in_the_first_line(chat, trouble):
    chat.says(RESIDENT, trouble)
    [line] = first_lines(chat, PROPERTY)
    assert trouble[:7] in line
    assert " · " in line


def test_the_desk_reads_what_and_where_in_the_first_line(chat):
    chat.says(RESIDENT, "月牙湾小区3号楼电梯坏了")
    chat.says(RESIDENT, "月牙湾小区")
    assert [line for line in first_lines(chat, SUPERVISOR) if "电梯 · 月牙湾小区" in line]


@pytest.mark.parametrize("who", [SUPERVISOR, ADMIN])
def test_who_oversees_is_not_told_to_sign_for_a_ticket(chat, who):
    chat.says(RESIDENT, FIRE)
    [told] = chat.pushed(who)
    assert "已通知" in told
    assert "回“接”" not in told
    assert chat.ticket().number in chat.says(who, f"查 {chat.ticket().number}")


def test_what_is_done_again_is_told_to_each_in_their_own_way(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(PROPERTY, "接")
    chat.says(PROPERTY, "结 换了皮带")
    chat.says(RESIDENT, "4")
    chat.says(RESIDENT, "还是卡门")
    assert "回“接”签收" in chat.pushed(PROPERTY)[-1]
    known = chat.pushed(SUPERVISOR)[-1]
    assert known.startswith("重办 电梯 · 德尚小区3号楼")
    assert "回“接”" not in known
    assert "已督办" in chat.says(SUPERVISOR, f"督办 {chat.ticket().number} 今天修好")


@pytest.mark.parametrize(("trouble", "waits"), [("德尚小区5号楼垃圾桶满了", True), (FIRE, False)])
def test_ordinary_work_wakes_nobody_at_night(chat, clock, trouble, waits):
    clock.now = datetime(2026, 11, 16, 15, 30, tzinfo=UTC)  # half past eleven in the evening
    chat.says(RESIDENT, trouble)
    with chat.program.reading() as session:
        pushes = select(Push.due_at).join(Person).where(Person.openid == PROPERTY)
        assert [due > clock.now for due in session.scalars(pushes)] == [waits]


def test_a_card_of_an_old_ticket_says_what_it_is_about_in_the_resident_s_words(program, chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼楼道灯不亮")
    chat.says(RESIDENT, "催办")
    clock.turn(hours=30)
    chat.timers_ring()
    with program.reading() as session:
        pushes = session.scalars(select(Push).where(Push.event.in_(["urge", "accept_remind", "remind"]))).all()
    assert {push.event for push in pushes} > {"urge"}
    assert {push.fields["words"] for push in pushes} == {"德尚小区3号楼楼道灯不亮"}
