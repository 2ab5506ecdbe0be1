"""A question holds no lock, and is answered, logged and followed up as anybody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from chat import ADMIN, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR, Chat
from sqlalchemy import delete, event, func, select

from handlers.answering.answer import Answering
from handlers.answering.batch import Pending
from handlers.answering.router_order import COMMANDS
from models.connecting import connect
from models.conversation import Inbound
from models.person import Look, Person, PersonRole
from models.sessions import reading_sessions
from models.staff_version import changed

pytestmark = pytest.mark.both_databases

PATIENCE = 10
# Every command that only asks, said so that there is something to answer.
ASKED = {
    "今日": "今日",
    "本周": "本周",
    "超时": "超时",
    "网格": "网格 WY",
    "类别": "类别",
    "排行": "排行",
    "查": "查 {number}",
    "谁看过": "谁看过 {number}",
    "推演": "推演 报修 48小时",
    "导出": "导出 本周",
    "吹哨排行": "吹哨排行",
    "点名": "点名 {number}",
    "看板": "看板",
    "口径": "口径",
    "公示": "公示 德尚小区",
    "议事季报": "议事季报",
    "巡查情况": "巡查情况",
    "接待情况": "接待情况 德尚小区",
    "巡查路线": "巡查路线",
}
QUESTIONS = ("上周哪个小区停车投诉最多", "今年各类问题多少件", "本月各社区满意率")


@pytest.fixture
def chat(program):
    made = Chat(program)
    made.says(RESIDENT, "德尚小区3号楼路灯不亮")
    return made


def looked_up(chat, openid, text):
    """As it waits in the line."""
    message = chat.message(openid, text)
    understanding = chat.program.towns.reader().understand(text)
    return Pending(message, understanding, chat.program.answering._looked_up(message, understanding))


def together(chat, *batch):
    chat.program.answering._answer_all(lambda: batch)
    return [each.reply for each in batch]


def looks(chat):
    with chat.program.reading() as session:
        columns = select(Person.openid, Look.ticket_id, Look.via, Look.at)
        return session.execute(columns.outerjoin(Person, Person.id == Look.person_id)).all()


def counting(engine):
    """The statements that count tickets by group."""
    seen = []

    def look(_connection, _cursor, statement, *_rest):
        if "FROM tickets" in statement and "GROUP BY" in statement:
            seen.append(statement)

    event.listen(engine, "after_cursor_execute", look)
    return seen


def test_every_command_that_only_asks_is_among_these():
    assert {command.words[0] for command in COMMANDS if command.only_asks} == set(ASKED)


@pytest.mark.parametrize("text", [*ASKED.values(), *QUESTIONS])
def test_what_is_only_asked_is_found_beside_the_line_and_said_as_in_it(chat, text):
    asked = looked_up(chat, SUPERVISOR, text.format(number=chat.ticket().number))
    in_the_line = Pending(chat.message(SUPERVISOR, asked.message.text), asked.understanding)
    assert asked.found
    assert together(chat, asked) == together(chat, in_the_line)
    assert asked.reply


@pytest.mark.parametrize("text", ["排行", QUESTIONS[1]])
def test_while_figures_are_counted_others_are_answered(chat, text):
    replies = []

    with ThreadPoolExecutor(1) as pool:

        def somebody_reports(_connection, _cursor, statement, *_rest):
            if "FROM tickets" in statement and "GROUP BY" in statement and not replies:
                replies.append("")
                replies[0] = pool.submit(chat.says, NEIGHBOUR, "德尚小区5号楼门禁坏了").result(PATIENCE)

        event.listen(chat.program.engine, "after_cursor_execute", somebody_reports)
        reply = chat.says(SUPERVISOR, text)
    assert "已受理" in replies[0]
    assert "1件" in reply
    assert len(chat.tickets()) == 2


def test_who_looked_is_written_down_once_however_often_the_message_comes(chat, clock):
    message = chat.message(SUPERVISOR, f"查 {chat.ticket().number}")
    answer = chat.program.answering.answer
    assert answer(message) == answer(message)
    assert looks(chat) == [(SUPERVISOR, chat.ticket().id, "对话", clock())]


def test_of_two_deliveries_looked_up_at_once_one_is_answered_and_logged(chat):
    first = looked_up(chat, SUPERVISOR, f"查 {chat.ticket().number}")
    again = Pending(first.message, first.understanding, first.found)
    (reply,) = together(chat, first)
    assert together(chat, again) == [reply]
    assert len(looks(chat)) == 1


def test_a_batch_that_breaks_logs_the_look_once(chat):
    broken = Pending(chat.message(RESIDENT, "德尚小区3号楼电梯坏了"), understanding="no understanding at all")
    look = looked_up(chat, SUPERVISOR, f"查 {chat.ticket().number}")
    together(chat, broken, look)
    assert isinstance(broken.failure, AttributeError)
    assert "路灯" in look.reply
    assert len(looks(chat)) == 1


def test_a_redelivery_counts_nothing_again(chat):
    message = chat.message(ADMIN, "排行")
    reply = chat.program.answering.answer(message)
    seen = counting(chat.program.engine)
    assert chat.program.answering.answer(message) == reply
    assert seen == []
    chat.says(ADMIN, "排行")
    assert len(seen) == 1


def test_a_figure_opens_to_its_tickets_and_turns_its_page(chat):
    for number in range(1, 12):
        chat.says(f"oHousehold{number:018d}", f"德尚小区{number + 10}号楼路灯不亮")
    assert "1 新增 12" in chat.says(SUPERVISOR, "今日")
    opened = looked_up(chat, SUPERVISOR, "1")
    assert opened.found
    assert "新增（12 件）" in together(chat, opened)[0]
    more = looked_up(chat, SUPERVISOR, "更多")
    assert more.found
    assert together(chat, more)[0].count("路灯") == 4


def test_a_number_that_chooses_something_else_is_not_looked_up(chat):
    chat.says(NEIGHBOUR, "德尚小区5号楼门禁坏了")
    chat.says(SUPERVISOR, "督办")
    choice = looked_up(chat, SUPERVISOR, "1")
    assert choice.found is None
    assert "督办" in together(chat, choice)[0]


def test_who_asks_twice_at_once_makes_nobody_wait_for_the_second_answer(chat):
    first, second = looked_up(chat, SUPERVISOR, "今日"), looked_up(chat, SUPERVISOR, "本周各小区多少件")
    together(chat, first)
    seen = counting(chat.program.engine)
    assert "德尚小区" in together(chat, second)[0]
    assert seen == [], "it was counted again while others waited"


def test_a_question_that_was_asked_meanwhile_is_answered_as_it_stands_now(chat):
    chat.says(SUPERVISOR, "今日")
    first = looked_up(chat, SUPERVISOR, "1")
    chat.says(SUPERVISOR, "类别 停车")
    assert "没有" in together(chat, first)[0]


def test_who_lost_the_role_meanwhile_is_told_nothing_and_leaves_no_line(chat):
    look = looked_up(chat, SUPERVISOR, f"查 {chat.ticket().number}")
    assert chat.ticket().number in look.found.reply.text
    with chat.program.sessions() as session, session.begin():
        person = select(Person.id).where(Person.openid == SUPERVISOR).scalar_subquery()
        session.execute(delete(PersonRole).where(PersonRole.person_id == person))
        changed(session)
    assert chat.ticket().number not in together(chat, look)[0]
    assert looks(chat) == []


def test_an_answer_that_has_to_write_is_given_in_the_line(chat):
    chat.says(SUPERVISOR, "楼道灯坏了")
    chat.says(SUPERVISOR, "1")  # a report of their own
    assert len(chat.tickets()) == 1  # where it is was asked
    asks = looked_up(chat, SUPERVISOR, "今日")
    assert asks.found is None
    assert "新增" in together(chat, asks)[0]
    assert "已受理" in chat.says(SUPERVISOR, "文苑小区5号楼")  # the question is still open
    assert len(chat.tickets()) == 2


def test_where_nothing_can_be_read_beside_the_line_it_is_answered_in_it(chat, tmp_path):
    nowhere = connect(f"sqlite:///{tmp_path}/missing/none.db")
    program = chat.program
    answering = Answering(program.sessions, reading_sessions(nowhere), program.towns, program.clock)
    reply = answering.answer(chat.message(SUPERVISOR, f"查 {chat.ticket().number}"))
    assert "路灯" in reply
    assert len(looks(chat)) == 1


def test_where_it_is_looked_up_can_be_chosen(chat):
    program, asked = chat.program, []

    def in_background(look_up):
        asked.append(1)
        return look_up()

    answering = Answering(program.sessions, program.reading, program.towns, program.clock, in_background=in_background)
    assert "新增" in answering.answer(chat.message(SUPERVISOR, "今日"))
    for openid, text in ((RESIDENT, "今日"), (PROPERTY, "待办"), (SUPERVISOR, "你好")):
        answering.answer(chat.message(openid, text))
    assert asked == [1]


def test_what_many_ask_at_once_is_kept_for_each(chat):
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda who: chat.says(who, "排行"), [SUPERVISOR, ADMIN] * 4))
    with chat.program.reading() as session:
        assert session.scalar(select(func.count()).where(Inbound.reply.in_(replies))) == 8
