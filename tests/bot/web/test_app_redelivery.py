"""WeChat sends a message again while the first is still being answered: one ticket, and the same reply to all."""

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from answering_process import answer
from chat import RESIDENT, Chat
from sqlalchemy import func, select, text
from wechat_side import GH_ID, Call, read_sealed, safe_call
from whole_program import environment, served

from handlers.dialogue.message import Kind, Message
from models.connecting import connect
from models.conversation import Inbound
from models.push import Push
from models.sessions import reading_sessions
from models.ticket import Ticket, TicketEvent

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

AT_ONCE = 8
LIFT = "德尚小区3号楼电梯又坏了"


def count(session, table):
    return session.scalar(select(func.count()).select_from(table))


def assert_filed_once(reading):
    """One message, one ticket with one history, and nobody is told twice."""
    with reading() as session:
        assert count(session, Inbound) == 1
        assert count(session, Ticket) == 1
        moves = session.scalars(select(TicketEvent.move).order_by(TicketEvent.id)).all()
        assert moves == ["receive", "dispatch"]
        people = session.scalars(select(Push.person_id)).all()
        assert people
        assert len(people) == len(set(people))
        return session.scalars(select(Ticket.number)).one()


def at_once(call, times=AT_ONCE):
    """The same call from several threads, started together; gives all results."""
    together = threading.Barrier(times)

    def one(_number):
        together.wait()
        return call()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


def test_threads_that_get_the_same_message_file_one_ticket_and_reply_the_same(program):
    message = Message("gh|o|1|9", RESIDENT, Kind.TEXT, program.clock(), LIFT)
    replies = at_once(lambda: program.answering.answer(message))
    number = assert_filed_once(program.reading)
    assert set(replies) == {replies[0]}
    assert number in replies[0]


def test_a_redelivery_an_hour_later_gets_the_first_reply_and_answers_no_question(program, clock):
    chat = Chat(program)
    asked = chat.message(RESIDENT, "楼道灯坏了好几天了")
    first = program.answering.answer(asked)
    assert "哪个小区" in first
    chat.says(RESIDENT, "德尚小区2号楼")
    clock.turn(hours=1)
    assert program.answering.answer(asked) == first
    assert len(chat.tickets()) == 1


def test_the_same_words_said_twice_are_two_messages(program):
    chat = Chat(program)
    assert chat.says(RESIDENT, "进度") == chat.says(RESIDENT, "进度")
    with program.reading() as session:
        assert count(session, Inbound) == 2


def test_two_different_messages_of_one_person_at_once_are_answered_one_after_the_other(program):
    chat = Chat(program)
    words = [LIFT, "德尚小区2号楼下水道堵了往外冒脏水"]
    messages = [chat.message(RESIDENT, each) for each in words]
    with ThreadPoolExecutor(2) as threads:
        replies = list(threads.map(program.answering.answer, messages))
    filed = {ticket.text: ticket.number for ticket in chat.tickets()}
    assert set(filed) == set(words)
    for each, reply in zip(words, replies, strict=True):
        assert filed[each] in reply


def test_processes_that_get_the_same_message_file_one_ticket_and_reply_the_same(program):
    url = program.engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    barrier, replies = spawn.Barrier(2), spawn.Queue()
    message = Message("gh|o|1|9", RESIDENT, Kind.TEXT, program.clock(), LIFT)
    given = (url, message, program.clock(), barrier, replies)
    processes = [spawn.Process(target=answer, args=given) for _ in range(2)]
    for process in processes:
        process.start()
    told = [replies.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(30)
        assert process.exitcode == 0
    number = assert_filed_once(program.reading)
    assert set(told) == {told[0]}
    assert number in told[0]


# -- over the wire: the program's own web processes ----------------------------------------------------------------


@pytest.fixture
def web(databases, kind, model, tmp_path):
    """Two web processes on a database with the town; gives their address and a way to read the database."""
    url = databases.fresh(kind, with_town=True)
    with served(environment(url, tmp_path)) as address:
        engine = connect(url)
        yield address, engine
        engine.dispose()


def lift_call(message_id="6054768590064713728", words=LIFT) -> Call:
    """The platform's request: the signature, timestamp and nonce stay the same however often it is sent."""
    fields = {"ToUserName": GH_ID, "FromUserName": RESIDENT, "CreateTime": int(time.time()), "MsgId": message_id}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return safe_call(f"<xml>{inner}<MsgType>text</MsgType><Content>{words}</Content></xml>".encode())


def post(address, call, timeout=30):
    return requests.post(address + call.path, data=call.body, headers={"Content-Type": "text/xml"}, timeout=timeout)


def test_several_web_processes_answer_a_repeated_request_alike(web):
    address, engine = web
    call = lift_call()
    answers = at_once(lambda: post(address, call))
    assert {answer.status_code for answer in answers} == {200}
    shown = {read_sealed(answer.text, call) for answer in answers}
    number = assert_filed_once(reading_sessions(engine))
    assert len(shown) == 1
    assert number in shown.pop().content
    assert number in read_sealed(post(address, call).text, call).content, "the fourth try, a while later"


def test_a_try_that_is_given_up_while_the_database_is_locked_is_answered_by_the_next(web, kind):
    """Five seconds are over for the platform, not for the program: the second try finds the first one's reply."""
    address, engine = web
    call = lift_call()
    with engine.begin() as connection:
        if kind == "postgresql":
            connection.execute(text("lock table people in exclusive mode"))
        with pytest.raises(requests.Timeout):
            post(address, call, timeout=0.5)
    answers = at_once(lambda: post(address, call), 2)
    number = assert_filed_once(reading_sessions(engine))
    assert [number in read_sealed(answer.text, call).content for answer in answers] == [True, True]
