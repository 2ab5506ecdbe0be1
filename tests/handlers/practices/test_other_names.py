"""A town calls its practices by names of its own: neither help nor any reply says ours, and its words are heard."""

import pytest
from chat import GRID_STAFF, PROPERTY, RESIDENT, SUPERVISOR, Chat
from rows import every
from testbed import settings_for

from bot.assembly import assemble
from handlers.practice_settings.practices import NAMES
from models.promise import Practice

THEIRS = {"reception": "见面日", "visits": "探望", "scores": "评星", "publicity": "晒账", "volunteers": "帮手"}


@pytest.fixture
def kind():
    """Nothing here is said to the database."""
    return "sqlite"


@pytest.fixture
def chat(databases, kind, reader, tmp_path, clock):
    names = {practice: {"name": name} for practice, name in THEIRS.items()}
    program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path, practices=names), clock, reader)
    yield Chat(program)
    program.engine.dispose()


def test_a_town_s_own_names_are_heard_and_said(chat):
    chat.says(RESIDENT, "绑定 德尚小区3号楼")

    def check(who, said, told):
        reply = chat.says(who, said)
        ours = [NAMES[Practice(practice)] for practice in THEIRS]
        assert (told in reply, [name for name in ours if name in reply]) == (True, []), (said, reply)

    every(
        [
            (PROPERTY, "见面日 德尚小区 每月5日 18:00-20:00", "排好了"),
            (RESIDENT, "这个月的见面日是哪天", "12月5日18:00"),
            (RESIDENT, "我想预约见面日说说路灯", "1号"),
            (RESIDENT, "取消预约见面日", "1号不要了"),
            (RESIDENT, "帮手报名", "帮手退出"),
            (PROPERTY, "招 德尚小区 1人 周六9点 清楼道", "1位帮手"),
            (RESIDENT, "晒账", "还没有晒账"),
            (GRID_STAFF, "探望", "没有要探望的人"),
            (SUPERVISOR, "探望情况", "本月探望"),
            (SUPERVISOR, "探望名单", "没有探望名单"),
            (PROPERTY, "评星", "本季度评星"),
            (RESIDENT, "帮助 全部", "帮助"),
            (RESIDENT, "更多", "见面日 [小区]"),
        ],
        check,
    )
