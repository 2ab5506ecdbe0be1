"""What people ask often reads the few tickets it is about, never all: the same in the tenth year as in the first."""

import re
from contextlib import contextmanager

import pytest
from chat import ADMIN, PROPERTY, RESIDENT, SUPERVISOR, Chat
from sqlalchemy import event

from bot.web.metrics import exposition
from handlers.timers.lost_work import look
from models.status_moves import ENDED, MOVES
from models.ticket import Ticket

pytestmark = pytest.mark.both_databases

_GROWING = "(tickets|ticket_events|ticket_support|followers|pushes|inbound|attachments|looks)"
"""Tables that every message or ticket makes longer"""


@contextmanager
def reads(program):
    """Every look into the tickets, with its values."""
    seen = []

    def note(_connection, _cursor, statement, values, _context, _many):
        if statement.startswith("SELECT") and re.search(rf"(FROM|JOIN) {_GROWING}", statement):
            seen.append((statement, values))

    event.listen(program.engine, "before_cursor_execute", note)
    yield seen
    event.remove(program.engine, "before_cursor_execute", note)


def scans(program, seen):
    """Those that SQLite would answer by going through the whole table."""
    with program.engine.connect() as connection:
        return [
            statement
            for statement, values in seen
            if any(_reads_all(step[3]) for step in _plan(connection, statement, values))
        ]


def _reads_all(step):
    return re.match(rf"SCAN {_GROWING}\b", step) and "ix_tickets_open" not in step


def _plan(connection, statement, values):
    return connection.exec_driver_sql(f"explain query plan {statement}", values).fetchall()


@pytest.fixture
def kind():
    return "sqlite"  # its plans can be read; the other database has the same indexes


@pytest.fixture
def chat(program):
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    return chat


def test_what_is_late_is_found_in_the_order_of_the_limits(chat):
    """After every migration too: SQLite loses an index over an expression where a table is copied."""
    with reads(chat.program) as seen:
        chat.says(SUPERVISOR, "超时")
    with chat.program.engine.connect() as connection:
        plans = [step[3] for statement, values in seen for step in _plan(connection, statement, values)]
    assert any("ix_tickets_limit" in step for step in plans), plans


ASKED = [
    *[(ADMIN, text) for text in ("排行", "类别", "今年各类问题多少件", "推演 报修 48小时", "导出 本月", "吹哨排行")],
    *[(SUPERVISOR, text) for text in ("今日", "1", "本周", "超时", "排行", "类别 停车", "网格 WY", "上周哪个小区停车投诉最多")],
    *[(PROPERTY, text) for text in ("待办", "接", "看", "结 修好了")],
    *[(RESIDENT, text) for text in ("进度", "催办", "德尚小区2号楼电梯坏了", "3")],
]  # fmt: skip


@pytest.mark.parametrize(("who", "text"), ASKED)
def test_no_command_goes_through_all_tickets(chat, who, text):
    with reads(chat.program) as seen:
        chat.says(who, text)
    assert scans(chat.program, seen) == []


def test_no_scrape_goes_through_all_tickets(chat, clock):
    with reads(chat.program) as seen, chat.program.reading() as session:
        exposition(session, clock.now)
        look(session, clock.now)
    assert len(seen) > 3, seen
    assert scans(chat.program, seen) == []


@pytest.mark.parametrize("move", [move for move in MOVES.values() if move.target])
def test_a_ticket_has_an_end_exactly_while_its_status_says_so(move, clock):
    """The index of the open ones, and every figure that reads it, stand on this."""
    for source in move.sources:
        ticket = Ticket(status=move.target.value, ended_at=clock.now if source in ENDED else None, reopenings=0)
        ticket.returns = ticket.climbs = ticket.urges = 0
        ticket._stamp(move, clock.now, None)
        assert (ticket.ended_at is not None) == (move.target in ENDED), source
