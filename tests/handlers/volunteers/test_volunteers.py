"""志愿: who comes, how many hours they gave, counted again straight from the rows."""

import pytest
from chat import NEIGHBOUR, PROPERTY, RESIDENT
from sqlalchemy import text

PEOPLE = (RESIDENT, NEIGHBOUR)
CALLS = ("招 德尚小区 2人 周六9点 清楼道", "招 德尚小区 两个人 周六下午3点 送菜", "招 德尚小区 1人 周日9点 贴春联")
COMING = {1: PEOPLE, 2: (NEIGHBOUR,), 3: (RESIDENT,)}
DONE = {1: "志愿完成 1 2小时", 2: "志愿完成 2号 一个半小时"}


@pytest.fixture
def helped(chat, clock):
    """Three calls, two of them done; the third has one place, which one of two got."""
    for who in PEOPLE:
        chat.says(who, "志愿报名 德尚小区")
    for call in CALLS:
        assert "已告诉2位" in chat.says(PROPERTY, call)
    for number, who in [(number, who) for number, people in COMING.items() for who in people]:
        assert "见：" in chat.says(who, f"参加 {number}")
    assert "人够了" in chat.says(NEIGHBOUR, "参加 3")
    clock.turn(days=5, hours=10)
    return chat


def hours(program, openid: str) -> float:
    """Without any statement of the program's."""
    with program.reading() as session:
        rows = "select coalesce(sum(part.hours), 0) from volunteer_parts part join people on people.id = part.person_id"
        return float(session.scalar(text(f"{rows} where people.openid = :openid"), {"openid": openid}))


def test_every_hour_is_what_the_rows_say(helped):
    for number, said in DONE.items():
        told = helped.says(PROPERTY, said)
        with helped.program.reading() as session:
            rows = "select count(*), sum(hours) from volunteer_parts where call_id = :number"
            came, given = session.execute(text(rows), {"number": number}).one()
        assert f"来了{came}位，一共{given:g}小时" in told
        assert "没有改动" in helped.says(PROPERTY, said)
    given = {who: hours(helped.program, who) for who in PEOPLE}
    assert given == {RESIDENT: 2, NEIGHBOUR: 3.5}
    for who in PEOPLE:
        assert f"一共帮了{given[who]:g}小时" in helped.says(who, "志愿")
        assert f"一共{given[who]:g}小时" in helped.pushed(who)[-1]
    assert "3号 周日09:00 贴春联（1/1人）" in helped.says(RESIDENT, "志愿").replace("明日", "周日")
