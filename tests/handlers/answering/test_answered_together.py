"""Messages of one moment share a transaction, and nobody pays for another's fault."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from chat import COLLEAGUE, NEIGHBOUR, OTHER_PROPERTY, PROPERTY, RESIDENT, SUPERVISOR, Chat
from sqlalchemy import event, func, select

from bot.assembly import assemble
from handlers.answering import batch as line
from handlers.answering.batch import Batch, BatchTimeoutError, Pending
from models.conversation import Inbound
from models.person import Person, Role
from models.roster import Shift, ShiftKind
from models.ticket import Ticket, TicketEvent

pytestmark = pytest.mark.both_databases

PATIENCE = 10


def waiting(chat, openid, text):
    message = chat.message(openid, text)
    return Pending(message, chat.program.towns.reader().understand(text))


def together(chat, *batch):
    """What happens where all of them wait when the turn comes."""
    chat.program.answering._answer_all(lambda: batch)
    return [each.reply for each in batch]


def commits(engine):
    seen = []
    event.listen(engine, "commit", lambda _connection: seen.append(1))
    return seen


def test_all_are_answered_in_one_transaction_each_as_alone(chat):
    alone = chat.says(RESIDENT, "德尚小区1号楼路灯不亮").replace("00001", "00002").replace("1号楼", "2号楼")
    seen = commits(chat.program.engine)
    lamp, weather, week = together(
        chat,
        waiting(chat, NEIGHBOUR, "德尚小区2号楼路灯不亮"),
        waiting(chat, RESIDENT, "进度"),
        waiting(chat, SUPERVISOR, "今日"),
    )
    assert len(seen) == 1
    assert lamp == alone
    assert "路灯" in weather
    assert "1 新增" in week


def test_numbers_events_and_pushes_of_tickets_filed_together_belong_to_each(chat):
    together(
        chat,
        *(waiting(chat, f"oHousehold{number:018d}", f"德尚小区{number}号楼路灯不亮") for number in range(1, 5)),
    )
    tickets = chat.tickets()
    assert [ticket.number[-5:] for ticket in tickets] == ["00001", "00002", "00003", "00004"]
    with chat.program.reading() as session:
        moves = [[each.move for each in session.scalars(ticket.events.select())] for ticket in tickets]
    assert moves == [["receive", "dispatch"]] * 4
    assert sorted(push for push in chat.pushed(PROPERTY) if "路灯" in push) == sorted(chat_lines(chat, tickets))


def chat_lines(chat, tickets):
    return [text for text in pushes(chat) if any(ticket.number in text for ticket in tickets)]


def pushes(chat):
    from models.push import Push

    with chat.program.reading() as session:
        mine = select(Push.text).join(Person, Person.id == Push.person_id).where(Person.openid == PROPERTY)
        return list(session.scalars(mine))


def test_one_that_breaks_takes_no_other_along(chat):
    broken = Pending(chat.message(RESIDENT, "德尚小区3号楼路灯不亮"), understanding="no understanding at all")
    _, lift = together(chat, broken, waiting(chat, NEIGHBOUR, "德尚小区5号楼路灯不亮"))
    assert isinstance(broken.failure, AttributeError)
    assert "已受理" in lift
    assert [ticket.building for ticket in chat.tickets()] == ["5"]
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).select_from(Inbound)) == 1


def test_a_redelivery_among_new_ones_gets_its_first_answer(chat):
    first = waiting(chat, RESIDENT, "德尚小区3号楼路灯不亮")
    (reply,) = together(chat, first)
    again = Pending(first.message, first.understanding)
    assert together(chat, again, waiting(chat, NEIGHBOUR, "你好"))[0] == reply
    assert len(chat.tickets()) == 1


def test_a_report_sees_what_was_reported_in_the_same_transaction(chat):
    replies = together(
        chat, waiting(chat, RESIDENT, "德尚小区1号楼停水了"), waiting(chat, NEIGHBOUR, "德尚小区2号楼停水了")
    )
    assert "已受理" in replies[0]
    assert "已把您加上" in replies[1]
    (ticket,) = chat.tickets()
    assert ticket.neighbours == 1


def test_a_history_filed_together_has_no_line_twice(chat):
    together(chat, waiting(chat, RESIDENT, "德尚小区1号楼路灯不亮"), waiting(chat, NEIGHBOUR, "德尚小区2号楼门禁坏了"))
    with chat.program.reading() as session:
        lines = session.execute(select(TicketEvent.ticket_id, TicketEvent.move)).all()
    assert len(lines) == len(set(lines))


def test_the_staff_are_read_anew_when_they_change_in_another_process(chat, program, reader):
    other = Chat(assemble(program.settings, program.clock, reader))
    other.says(RESIDENT, "德尚小区1号楼路灯不亮")
    other.pushed(PROPERTY)
    with program.sessions() as session, session.begin():
        steward = session.scalars(select(Person).where(Person.openid == PROPERTY)).one()
        days = {"days": "", "starts": 0, "ends": 24 * 60}
        session.add(Shift(person_id=steward.id, kind=ShiftKind.LEAVE.value, **days))
    other.says(NEIGHBOUR, "德尚小区2号楼路灯不亮")
    assert other.pushed(PROPERTY) == []
    with program.sessions() as session, session.begin():
        session.query(Shift).delete()
    other.says(NEIGHBOUR, "德尚小区4号楼路灯不亮")
    assert len(other.pushed(PROPERTY)) == 1
    other.program.engine.dispose()


def test_one_who_gets_a_role_hears_of_the_next_ticket(chat):
    chat.says("oNewSupervisor00000000000001", "你好")
    with chat.program.sessions() as session, session.begin():
        session.scalars(select(Person).where(Person.openid == "oNewSupervisor00000000000001")).one().give(
            Role.SUPERVISOR
        )
    chat.says(RESIDENT, "德尚小区3号楼电梯困人了")
    assert len(chat.pushed("oNewSupervisor00000000000001")) == 1


class Counter:
    """Answers by noting who came together; the first turn takes as long as it is told to."""

    def __init__(self):
        self.turns, self.go, self.begun = [], threading.Event(), threading.Event()

    def __call__(self, take):
        self.begun.set()
        assert self.go.wait(PATIENCE)
        batch = take()
        self.turns.append([each.message.text for each in batch])
        for each in batch:
            each.reply = each.message.text


def said(chat, openid, text):
    return Pending(chat.message(openid, text), None)


def test_who_comes_while_the_first_waits_for_its_turn_goes_along_one_message_a_person(chat):
    counter = Counter()
    queue = Batch(counter)
    first = [said(chat, RESIDENT, "1"), said(chat, RESIDENT, "2"), said(chat, NEIGHBOUR, "3")]
    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(queue.wait, first[0])]
        assert counter.begun.wait(PATIENCE)
        done += [pool.submit(queue.wait, each) for each in first[1:]]
        while len(queue._waiting) < 3:
            assert not done[0].done()
        counter.go.set()
        for each in done:
            each.result(PATIENCE)
    assert sorted(map(sorted, counter.turns)) == [["1", "3"], ["2"]]
    assert [each.reply for each in first] == ["1", "2", "3"]


def test_a_thread_that_is_stopped_in_its_turn_leaves_the_others_to_the_next(chat):
    class Stopped(BaseException):
        pass

    first, second = said(chat, RESIDENT, "1"), said(chat, NEIGHBOUR, "2")

    def answer(take):
        batch = take()
        if len(batch) == 2:
            raise Stopped
        for each in batch:
            each.reply = "spät"

    queue = Batch(answer)
    queue._waiting.append(second)
    with pytest.raises(Stopped):
        queue.wait(first)
    assert [each.message.text for each in queue._waiting] == ["2", "1"]


def test_who_is_not_even_begun_with_in_time_is_told_so_and_leaves_the_line(chat, monkeypatch):
    monkeypatch.setattr(line, "LOCK_WAIT_SECONDS", 0.05)
    counter = Counter()
    queue = Batch(counter)
    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(queue.wait, said(chat, RESIDENT, "1"))
        assert counter.begun.wait(PATIENCE)
        with pytest.raises(BatchTimeoutError):
            queue.wait(said(chat, NEIGHBOUR, "2"))
        counter.go.set()
        stuck.result(PATIENCE)
    assert counter.turns == [["1"]]


def test_ids_given_before_the_rows_are_written_are_nobody_else_s(chat):
    with ThreadPoolExecutor(6) as pool:
        texts = [f"德尚小区{number}号楼路灯不亮" for number in range(1, 13)]
        messages = [chat.message(f"oHousehold{n:018d}", text) for n, text in enumerate(texts)]
        replies = list(pool.map(chat.program.answering.answer, messages))
    assert all("已受理" in reply for reply in replies)
    with chat.program.reading() as session:
        assert session.scalar(select(func.count(func.distinct(Ticket.number)))) == 12


def test_what_one_has_handed_back_is_not_a_colleagues_to_take_in_the_same_transaction(chat):
    """Their tickets are read for both at once; whose they are is asked when each has their turn."""
    for number in (1, 2):
        chat.says(RESIDENT, f"德尚小区{number}号楼楼道灯不亮")
    first, second = (ticket.number for ticket in chat.tickets())
    _, refused, taken = together(
        chat,
        Pending(chat.message(PROPERTY, f"退 {first} 不归我们管"), None),  # read as a report, it would come last
        waiting(chat, COLLEAGUE, f"接 {first}"),
        waiting(chat, OTHER_PROPERTY, f"接 {second}"),
    )
    assert first in refused
    assert "已签收" not in refused
    assert "已签收" not in taken
    assert [ticket.assignee_id for ticket in chat.tickets()] == [None, None]


def test_what_two_say_of_one_ticket_in_the_same_transaction_is_told_of_both(chat):
    """Each is an event of its own, though neither is written when its push is."""
    chat.says(RESIDENT, "德尚小区1号楼停水了")
    chat.says(NEIGHBOUR, "德尚小区2号楼停水了")
    chat.says(PROPERTY, f"接 {chat.ticket().number}")
    together(chat, waiting(chat, RESIDENT, "补充 地下室在漏水"), waiting(chat, NEIGHBOUR, "补充 楼顶水箱空了"))
    told = [push for push in pushes(chat) if "补充" in push]
    assert any("地下室在漏水" in push for push in told)
    assert any("楼顶水箱空了" in push for push in told)
