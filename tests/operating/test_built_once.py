"""What residents and staff say every day builds no statement: all that it asks of the database was built before."""

import pytest
from chat import PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import Select

SAID = [
    (RESIDENT, "德尚小区{house}号楼楼道灯不亮"),
    (RESIDENT, "进度"),
    (PROPERTY, "待办"),
    (PROPERTY, "接 {number}"),
    (PROPERTY, "结 {number} 灯换好了"),
    (SUPERVISOR, "今日"),
]


@pytest.fixture
def kind():
    return "sqlite"  # SQLAlchemy builds the same for both


def test_the_third_time_nothing_is_built(chat, monkeypatch):
    built = []

    def note(statement, *what):
        built.append(what)
        was(statement, *what)

    was = Select.__init__
    for house in (1, 2, 3):
        for who, text in SAID:
            built.clear()
            said = text.format(house=house, number=chat.ticket().number if "{number}" in text else "")
            message = chat.message(who, said)
            with monkeypatch.context() as noting:
                noting.setattr(Select, "__init__", note)
                chat.program.answering.answer(message)
            assert house < 3 or not built, (text, built)
