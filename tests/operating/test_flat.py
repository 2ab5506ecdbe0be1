"""The work of the database for what people ask often: the same after years as in the first week.

Counted in steps of SQLite's machine, not in time: two towns with the same tickets in hand, one of them with a long
past, in which every team has helped thousands of times.
"""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from chat import GRID_STAFF, PROPERTY, RESIDENT, SUPERVISOR, Chat
from sqlalchemy import event, text
from testbed import settings_for

from bot.assembly import assemble
from bot.synth.filling import fill
from handlers.world.world import load_world
from models.sessions import reading_sessions

PAST, NOW = 4000, 60
_GRAIN = 10
ASKED = [
    *[(PROPERTY, text) for text in ("待办", "接", "到", "结", "看", "点名")],
    *[(GRID_STAFF, text) for text in ("待办", "到", "看")],
    *[(SUPERVISOR, text) for text in ("今日", "超时", "督办", "放 1")],
    *[(RESIDENT, text) for text in ("进度", "催办", "德尚小区2号楼电梯坏了", "帮助")],
]  # fmt: skip


@pytest.fixture
def kind():
    return "sqlite"  # its steps can be counted; the other database has the same indexes


def live(program, *, years):
    """Some tickets in hand; with years, thousands before them, all ended long ago."""
    with reading_sessions(program.engine)() as session:
        world = load_world(session)
    routing, now = program.settings.routing, program.clock()
    if years:
        fill(program.engine, world, routing, PAST, 1, now - timedelta(days=800), lambda _done: None)
        end_all(program.engine)
    fill(program.engine, world, routing, NOW, 2, now, lambda _done: None)
    with program.engine.begin() as connection:
        connection.execute(text("analyze"))


def end_all(engine):
    """The few of long ago that a made-up town leaves open."""
    with engine.begin() as connection:
        connection.execute(text("update tickets set status = 'closed', ended_at = handle_by where ended_at is null"))
        connection.execute(text("update ticket_support set ended_at = called_at where ended_at is null"))


@contextmanager
def counted(program):
    """How many times the machine has gone so many steps."""
    steps = [0]

    def step():
        steps[0] += 1

    def counting(driver, _record, _proxy):
        driver.set_progress_handler(step, _GRAIN)

    event.listen(program.engine, "checkout", counting)
    yield steps
    event.remove(program.engine, "checkout", counting)
    with program.engine.connect() as connection:
        connection.connection.driver_connection.set_progress_handler(None, _GRAIN)


def steps_of(program):
    """Of each question, asked by people who have been here for long. One connection answers them all."""
    chat, taken = Chat(program), {}
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    for who, words in ASKED:
        with counted(program) as steps:
            chat.says(who, words)
        taken[who, words] = steps[0] * _GRAIN
    return taken


@pytest.fixture
def town(databases, kind, reader, tmp_path, clock):
    """A town with so many years behind it."""
    made = []

    def town(*, years):
        program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path), clock, reader)
        made.append(program)
        live(program, years=years)
        return program

    yield town
    for program in made:
        program.engine.dispose()


def test_what_is_asked_often_costs_the_same_after_years(town):
    first, later = steps_of(town(years=False)), steps_of(town(years=True))
    assert sum(first.values()) > 5_000, "nothing was counted"
    grown = {asked: (steps, later[asked]) for asked, steps in first.items() if later[asked] > 2 * steps + 500}
    assert grown == {}
