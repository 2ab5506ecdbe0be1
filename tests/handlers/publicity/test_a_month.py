"""A month of a compound between its tickets, from the reception day to the public notice; `-s` shows what all read."""

from datetime import datetime

import pytest
from chat import COMMUNITY, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from handlers.publicity.verify import verify
from handlers.timers.chores import plan_chores
from models.promise import Promise
from models.ticket import CHINA, Ticket


@pytest.fixture
def play(program, chat, clock):
    def play(day: str, who: str, text: str, *told: str) -> str:
        """At this time, by this person; what is answered holds these words."""
        until = datetime.strptime(f"2026-{day}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
        while clock.now < until:
            clock.turn(minutes=min(360, (until - clock.now).total_seconds() / 60))
            chat.timers_ring()
        reply = chat.says(who, text) if text else "\n".join(chat.pushed(who))
        print(f"[{day}] {text or '（收到）'}\n    " + reply.replace("\n", "\n    "))
        assert [words for words in told if words not in reply] == []
        return reply

    with program.sessions() as session, session.begin():
        plan_chores(session, clock.now)
    return play


def test_a_month_from_the_reception_day_to_the_public_notice(play, program, chat, clock):
    play("11-16 10:00", RESIDENT, "绑定 德尚小区3号楼2单元", "记住了")
    play("11-16 10:00", RESIDENT, "志愿报名", "德尚小区")
    play("11-16 10:05", PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00 刘建平", "排好了")
    play("11-16 10:10", RESIDENT, "预约接待 楼道灯不亮", "1号")
    play("11-19 10:30", RESIDENT, "", "刘建平在小区接待")
    play("11-20 18:05", PROPERTY, "接待 1 限期 11月23日 换灯泡", "工单")
    play("11-20 18:10", PROPERTY, "接待 楼顶漏水 限期 11月24日 补防水", "2号")
    first, second = (ticket.number for ticket in chat.tickets())
    play("11-23 09:00", PROPERTY, f"结 {first} 灯泡已换", first)
    play("11-23 09:30", RESIDENT, "1", "")
    play("11-24 08:40", PROPERTY, f"挂账 {second} 12月20日 等防水材料", "上一级")
    play("11-24 08:50", COMMUNITY, "1", "已同意")
    play("11-25 09:00", COMMUNITY, "议程", second, "挂账")
    play("11-25 09:10", COMMUNITY, "议 1 物业11月28日前补好防水，业委会公示费用", "记下了")
    play("11-26 09:00", PROPERTY, "招 德尚小区 1人 11月28日9点 清楼道", "已告诉1位")
    play("11-26 09:10", RESIDENT, "参加 1", "清楼道")
    play("11-27 15:00", PROPERTY, f"结 {second} 防水补好了", second)
    play("11-28 12:00", PROPERTY, "志愿完成 1 2小时", "一共2小时")
    play("12-01 09:30", RESIDENT, "公示", "德尚小区2026年11月公示", "反映 2 件", "居民确认解决 1 件")
    play("12-01 09:35", NEIGHBOUR, "公示 德尚小区", "灯泡已换")
    play("12-01 09:40", PROPERTY, "接待情况 上月", "诉求 2", "限期办 2", "按期办到 1", "到期没办到 1")
    play("12-01 09:45", SUPERVISOR, "议事季报 文苑社区", "议定 1 件", "到期的承诺 2 件，办到 2 件")
    with program.reading() as session:
        assert verify(session, clock.now) == []
        rows = session.execute(select(Promise.until, Ticket.resolved_at).join(Ticket)).all()
        kept = sum(done is not None and done <= until for until, done in rows)
        assert (len(rows), kept) == (4, 3)
    assert "到期的承诺 4 件，按期办到 3 件" in chat.says(RESIDENT, "公示")
