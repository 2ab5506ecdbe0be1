"""One event, many neighbours: what is taken for the same, what never is, and that nothing that was told is lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from chat import CAST, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import event, func, select

from handlers.dialogue.message import Kind
from handlers.neighbours.same_event import is_same, likeness
from handlers.tickets.draft import Draft
from handlers.town.same_event_rules import SameEventRules
from models.follower import Follower
from models.person import Person
from models.push import Push
from models.ticket import Attachment, Ticket

pytestmark = pytest.mark.both_databases

WATER = CAST["供水"]
LIFT = "德尚小区3号楼电梯又坏了"


def household(number: int) -> str:
    return f"oWhistleHousehold{number:011d}"


def lines_of(chat, ticket):
    with chat.program.reading() as session:
        found = select(Follower.text, Person.openid).join(Person).where(Follower.ticket_id == ticket.id)
        return {openid: text for text, openid in session.execute(found)}


FILED = Draft("德尚小区3号楼电梯又坏了", category="repairs", item="lift", place_name="德尚小区", building="3")
ALIKE = [
    ("another's words of the same lift", {"text": "德尚小区3号楼电梯停了"}, True),
    ("the same lift in quite other words", {"text": "德尚小区3号楼上下楼全靠爬"}, True),
    ("another house", {"building": "5"}, False),
    ("no house, other words", {"building": "", "text": "德尚小区电梯吓人"}, False),
    ("no house, the same words", {"building": "", "text": "德尚小区电梯又坏了"}, True),
    ("another thing of the same house", {"item": "door_lock", "text": "德尚小区3号楼门禁坏了"}, False),
    ("people in it now", {"red_flag": "lift_trapped"}, False),
    ("no sub-item, other words", {"item": "", "text": "德尚小区3号楼楼道灯不亮"}, False),
]


@pytest.mark.parametrize(("told", "change", "same"), ALIKE, ids=[each[0] for each in ALIKE])
def test_what_is_the_same_event(told, change, same):
    ticket = Ticket(text=FILED.text, category="repairs", item="lift", place_name="德尚小区", building="3")
    ticket.unit = ticket.room = ticket.red_flag = ""
    assert is_same(SameEventRules(), replace(FILED, **change), ticket) is same


def test_an_outage_is_one_event_for_all_houses_but_a_dripping_pipe_is_not():
    ticket = Ticket(text="德尚小区3号楼停水了", item="water", place_name="德尚小区", building="3", red_flag="")
    ticket.unit = ticket.room = ""
    other_house = Draft("5号楼没水", category="utilities", item="water", place_name="德尚小区", building="5")
    assert is_same(SameEventRules(), other_house, ticket)
    assert not is_same(SameEventRules(), replace(other_house, text="5号楼水表不准"), ticket)


def test_likeness_is_of_what_is_said():
    assert likeness("电梯坏了", "电梯坏了！") == 1.0
    assert likeness("电梯坏了", "垃圾没人收") == 0.0
    assert likeness("", "电梯") == 0.0


def test_a_photo_sent_while_being_asked_goes_along(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯不动了")
    chat.sends(NEIGHBOUR, Kind.IMAGE, media_id="m7")
    chat.says(NEIGHBOUR, "1")
    chat.sends(NEIGHBOUR, Kind.IMAGE, media_id="m8")
    (ticket,) = chat.tickets()
    with chat.program.reading() as session:
        owners = session.scalars(select(Attachment.media_id).where(Attachment.ticket_id == ticket.id)).all()
    assert owners == ["m7", "m8"]
    assert lines_of(chat, ticket)[NEIGHBOUR] == "德尚小区3号楼电梯不动了"


def test_one_who_says_it_is_another_matter_takes_their_photo_along(chat):
    chat.says(RESIDENT, "德尚小区3号楼停水了")
    chat.sends(NEIGHBOUR, Kind.IMAGE, media_id="m7")
    assert "已把您加上" in chat.says(NEIGHBOUR, "德尚小区5号楼停水")
    assert "已受理" in chat.says(NEIGHBOUR, "另报")
    event_, own = chat.tickets()
    assert (event_.neighbours, own.building) == (0, "5")
    assert NEIGHBOUR not in lines_of(chat, event_)
    with chat.program.reading() as session:
        assert session.scalars(select(Attachment.ticket_id)).one() == own.id


def test_a_report_whose_question_stays_unanswered_is_not_lost(chat, clock):
    chat.says(RESIDENT, LIFT)
    assert "回 1 加入" in chat.says(NEIGHBOUR, "德尚小区3号楼电梯不动了")
    clock.turn(minutes=31)
    chat.timers_ring()
    (ticket,) = chat.tickets()
    assert lines_of(chat, ticket)[NEIGHBOUR] == "德尚小区3号楼电梯不动了"
    assert any("没等到回话" in text and ticket.number in text for text in chat.pushed(NEIGHBOUR))


def test_what_else_the_message_told_of_is_not_lost_with_the_question(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯坏了。另外6号楼单元门口的垃圾桶满了没人倒")
    assert "回 1 加入" in chat.says(NEIGHBOUR, "1")
    clock.turn(minutes=31)
    chat.timers_ring()
    lift, bin_ = chat.tickets()
    assert NEIGHBOUR in lines_of(chat, lift)
    assert (bin_.category, bin_.building, bin_.neighbours) == ("sanitation", "6", 0)
    assert any(bin_.number in text and "已派给" in text for text in chat.pushed(NEIGHBOUR))


def test_of_two_problems_only_the_dangerous_one_is_an_alarm(chat):
    reply = chat.says(RESIDENT, "德尚小区3号楼有人困在电梯里出不来。另外6号楼单元门口的垃圾桶满了没人倒")
    flags = {ticket.category: (ticket.red_flag, ticket.urgent) for ticket in chat.tickets()}
    assert "别扒门" in reply
    assert ("lift_trapped", True) in flags.values()
    assert flags.get("sanitation", ("", False)) == ("", False)


def test_a_question_answered_in_time_is_not_answered_again_by_the_clock(chat, clock):
    chat.says(RESIDENT, LIFT)
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯不动了")
    chat.says(NEIGHBOUR, "2")
    clock.turn(minutes=31)
    chat.timers_ring()
    assert [ticket.neighbours for ticket in chat.tickets()] == [0, 0]


def test_words_that_are_no_answer_are_added_and_filed_without_asking_again(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯不动了")
    assert "已受理" in chat.says(NEIGHBOUR, "里面还有股焦味")
    assert set(chat.ticket().text.split("。")) == {"里面还有股焦味", "德尚小区3号楼电梯不动了"}


def test_when_the_event_ends_while_being_asked_the_report_is_filed(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯不动了")
    chat.says(RESIDENT, "撤回")
    chat.says(RESIDENT, "1")
    assert "已受理" in chat.says(NEIGHBOUR, "1")
    assert [ticket.status for ticket in chat.tickets()] == ["withdrawn", "dispatched"]


def test_a_flood_of_thirty_is_one_ticket_and_few_pushes(chat):
    chat.says(RESIDENT, "德尚小区停水了")
    replies = [chat.says(household(number), f"德尚小区{number % 6 + 1}号楼没水") for number in range(30)]
    (ticket,) = chat.tickets()
    assert ticket.neighbours == 30
    assert all("已把您加上" in reply and ticket.number in reply and "另报" in reply for reply in replies)
    assert "已有30位邻居" in replies[-1]
    assert len(lines_of(chat, ticket)) == 31
    growth = [text for text in chat.pushed(WATER) if "位居民反映" in text]
    assert [text.split("已有")[1] for text in growth] == ["6位居民反映。", "11位居民反映。", "21位居民反映。"]


def test_a_flood_of_one_lift_joins_by_itself_once_it_is_one(chat):
    chat.says(RESIDENT, LIFT)
    for number in range(4):
        chat.says(household(number), "德尚小区3号楼电梯不动了")
        chat.says(household(number), "1")
    assert "已把您加上" in chat.says(household(9), "德尚小区3号楼电梯怎么还不修")


@pytest.mark.parametrize("number", [4, 40])
def test_the_cost_of_asking_for_the_same_does_not_grow(chat, number):
    for each in range(number):
        chat.says(household(each), f"德尚小区{each + 1}号楼电梯坏了")
    statements = []
    event.listen(chat.program.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    chat.says(NEIGHBOUR, "德尚小区99号楼电梯坏了")
    compared = [each for each in statements if "FROM tickets" in each and "LIMIT" in each and "created_at >=" in each]
    assert len(compared) == 1


def test_two_neighbours_at_the_same_moment_make_one_event(chat):
    texts = [f"德尚小区{number + 1}号楼停水了" for number in range(6)]
    messages = [chat.message(household(number), text) for number, text in enumerate(texts)]
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(chat.program.answering.answer, messages))
    (ticket,) = chat.tickets()
    assert ticket.neighbours == 5
    assert sum("已受理" in reply for reply in replies) == 1


def test_a_thousand_neighbours_are_told_with_few_statements(chat, program):
    chat.says(RESIDENT, "德尚小区停水了")
    with program.sessions() as session, session.begin():
        people = [Person(openid=household(number)) for number in range(1000)]
        session.add_all(people)
        session.flush()
        ticket = session.scalars(select(Ticket)).one()
        session.add_all(Follower(ticket_id=ticket.id, person_id=each.id, joined_at=program.clock()) for each in people)
        ticket.neighbours = 1000
    chat.says(WATER, "接")
    statements = []
    event.listen(program.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    chat.says(WATER, "结 抢修好了")
    with program.reading() as session:
        told = session.scalar(select(func.count()).select_from(Push).where(Push.event == "resolve"))
    assert told == 1001
    assert len(statements) < 40


def test_a_private_matter_is_never_offered_to_others(chat):
    chat.says(RESIDENT, "德尚小区3号楼邻居养狗老咬人")
    reply = chat.says(NEIGHBOUR, "德尚小区3号楼邻居养狗老咬人")
    assert "已受理" in reply
    assert "邻居反映" not in reply


def test_a_push_to_neighbours_never_tells_the_reporters_flat(chat):
    chat.says(RESIDENT, "德尚小区3号楼2单元502停水了")
    chat.says(NEIGHBOUR, "德尚小区3号楼停水")
    chat.says(WATER, "接")
    chat.says(WATER, "结 抢修好了")
    told = chat.pushed(NEIGHBOUR)
    assert any("已办结" in text for text in told)
    assert not any("502" in text or "2单元" in text for text in told)
    assert "502" not in chat.says(NEIGHBOUR, "进度")


def test_a_danger_told_twice_reaches_the_duty_twice_at_night(chat, clock):
    clock.turn(hours=15)  # 01:00
    chat.says(RESIDENT, "德尚小区3号楼电梯困人了")
    chat.pushed(PROPERTY)
    assert "别扒门" in chat.says(NEIGHBOUR, "德尚小区3号楼电梯里有人被困")
    assert any("又有居民报告" in text for text in chat.pushed(PROPERTY))
    assert any("又有居民报告" in text for text in chat.pushed(SUPERVISOR))
    with chat.program.reading() as session:
        assert set(session.scalars(select(Push.due_at).where(Push.event == "red_flag_again"))) == {clock.now}


def test_a_photo_after_a_merge_goes_to_the_ticket_that_stays(chat):
    chat.says(RESIDENT, LIFT)
    chat.says(NEIGHBOUR, "德尚小区3号楼电梯不动了")
    chat.says(NEIGHBOUR, "2")
    stays, merged = chat.tickets()
    chat.says(SUPERVISOR, f"并 {merged.number} 到 {stays.number}")
    chat.says(SUPERVISOR, "1")
    assert chat.tickets()[0].neighbours == 1
    assert stays.number in chat.sends(NEIGHBOUR, Kind.IMAGE, media_id="m9")
