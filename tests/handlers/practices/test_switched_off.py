"""A town without any of the practices: no help, menu, figure or push of anybody names one, and their words do nothing."""

from datetime import timedelta

import pytest
from chat import CAST, PROPERTY, Chat
from rows import every
from sqlalchemy import func, select
from testbed import settings_for

from bot.assembly import assemble
from bot.demo.practices import demonstration_world
from handlers.practice_settings.practices import NAMES
from handlers.timers.periodic_jobs import plan_chores
from handlers.town_import.importing import import_world
from models.base import Base
from models.promise import Practice

OURS = {*NAMES.values(), "接待", "议程", "业委会", "楼栋长", "到点", "志愿", "公示"} - {NAMES[Practice.PATROLS]}
"""「巡查 哪里、什么问题」 is how staff file what they see, in any town"""
ASKED = ("帮助", "帮助 全部", "更多", "待办", "今日", "本月", "看板", "导出")
TABLES = (
    "receptions",
    "reception_demands",
    "promises",
    "check_ins",
    "care_looks",
    "care_visits",
    "volunteers",
    "notices",
)


@pytest.fixture
def kind():
    """Nothing here is said to the database."""
    return "sqlite"


@pytest.fixture
def chat(databases, kind, reader, tmp_path, clock):
    off = {practice.value: {"enabled": False} for practice in NAMES}
    program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path, practices=off), clock, reader)
    with program.sessions.begin() as session:
        import_world(session, demonstration_world())
    with program.reading() as session:
        program.towns.current(session)
    yield Chat(program)
    program.engine.dispose()


def test_nobody_reads_of_a_practice_that_the_town_does_without(chat, clock):
    def check(name, said):
        reply = chat.says(CAST[name], said)
        assert [word for word in OURS if word in reply] == [], reply

    every(((name, said) for name in CAST for said in ASKED), check)
    chat.says(PROPERTY, "接待日 德尚小区 每月5日、20日 18:00-20:00")
    for said in ("预约接待 楼道堆物", "志愿报名", "走访 李奶奶 一切都好", "到点 DS-1"):
        for name in ("居民", "网格员", "督导"):
            chat.says(CAST[name], said)
    for _ in range(3):
        clock.now += timedelta(days=11)
        with chat.program.sessions.begin() as session:
            plan_chores(session, clock.now)
        chat.timers_ring()
    assert not any(word in push for who in CAST.values() for push in chat.pushed(who) for word in OURS)
    with chat.program.reading() as session:
        count = {name: session.scalar(select(func.count()).select_from(Base.metadata.tables[name])) for name in TABLES}
    assert set(count.values()) == {0}, count
