"""A month of a compound between its tickets, from the reception day to the public notice; `-s` shows what all read."""

from datetime import datetime

import pytest
from chat import COMMUNITY, GRID_STAFF, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select

from handlers.public_notice.verify import verify
from handlers.timers.periodic_jobs import plan_chores
from handlers.town_import.care import write_care
from handlers.town_import.records import CareRecord, PersonRecord
from models.promise import Promise
from models.ticket import CHINA, Ticket


@pytest.fixture
def play(program, chat, clock):
    def play(day: str, who: str, text: str, *told: str) -> str:
        """At this time, by this person; what is answered holds these words."""
        until = datetime.strptime(f"2026-{day}", "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
        while clock.now < until:
            clock.turn(minutes=min(360, (until - clock.now).total_seconds() / 60))
            with program.sessions() as session, session.begin():
                plan_chores(session, clock.now)
            chat.timers_ring()
        reply = chat.says(who, text) if text else "\n".join(chat.pushed(who))
        print(f"[{day}] {text or '（收到）'}\n    " + reply.replace("\n", "\n    "))
        assert [words for words in told if words not in reply] == []
        return reply

    return play


def on_the_list(program):
    visitor = PersonRecord("陈小玲", GRID_STAFF, frozenset(), None, None, "", "")
    with program.sessions() as session, session.begin():
        write_care(session, [visitor], [CareRecord("李桂英", "德尚小区5号楼", "WY-01", "独居老人", 7, "", visitor)])


def test_a_month_from_the_reception_day_to_the_public_notice(play, program, chat, clock):
    on_the_list(program)
    play("11-16 10:00", RESIDENT, "绑定 德尚小区3号楼2单元", "记住了")
    play("11-16 10:00", RESIDENT, "志愿报名", "德尚小区")
    play("11-16 10:05", PROPERTY, "接待日 德尚小区 11月20日 18:00-20:00 刘建平", "排好了")
    play("11-16 10:10", RESIDENT, "预约接待 楼道灯不亮", "1号")
    play("11-17 09:30", GRID_STAFF, "", "今天有 1 户该走访")
    play("11-17 10:00", GRID_STAFF, "走访", "李桂英", "德尚小区5号楼")
    play("11-17 16:00", GRID_STAFF, "走访 李奶奶 一切都好", "记下了")
    play("11-19 10:30", RESIDENT, "", "刘建平在小区接待")
    play("11-20 18:05", PROPERTY, "接待 1 限期 11月23日 换灯泡", "工单")
    play("11-20 18:10", PROPERTY, "接待 楼顶漏水 限期 11月24日 补防水", "2号")
    first, second = (ticket.number for ticket in chat.tickets())
    play("11-23 09:00", PROPERTY, f"结 {first} 灯泡已换", first)
    play("11-23 09:30", RESIDENT, "1", "")
    play("11-23 09:40", RESIDENT, f"致谢 {first} 来得真快", "转到了")
    play("11-23 10:00", PROPERTY, "", "居民谢谢您", "来得真快")
    play("11-24 08:40", PROPERTY, f"挂账 {second} 12月20日 等防水材料", "上一级")
    play("11-24 08:50", COMMUNITY, "1", "已同意")
    play("11-25 09:00", COMMUNITY, "议程", second, "挂账")
    play("11-25 09:10", COMMUNITY, "议 1 物业11月28日前补好防水，业委会公示费用", "记下了")
    play("11-25 10:00", SUPERVISOR, "", "1 户到了日子没人去走访：陈小玲 1 户")
    play("11-25 10:30", GRID_STAFF, "走访 李奶奶 血压有点高，药还够", "记下了")
    play("11-26 09:00", PROPERTY, "招 德尚小区 1人 11月28日9点 清楼道", "已告诉1位")
    play("11-26 09:10", RESIDENT, "参加 1", "清楼道")
    play("11-27 15:00", PROPERTY, f"结 {second} 防水补好了", second)
    play("11-28 12:00", PROPERTY, "志愿完成 1 2小时", "一共2小时")
    play("11-28 14:00", PROPERTY, "评社区 4 协调得及时", "打 4 分")
    play("12-01 09:30", RESIDENT, "公示", "德尚小区2026年11月公示", "反映 2 件", "居民确认解决 1 件")
    play("12-01 09:35", NEIGHBOUR, "公示 德尚小区", "灯泡已换")
    play("12-01 09:40", PROPERTY, "接待情况 上月", "诉求 2", "限期办 2", "按期办到 1", "到期没办到 1")
    play("12-01 09:45", SUPERVISOR, "议事季报 文苑社区", "议定 1 件", "到期的承诺 2 件，办到 2 件")
    play("12-01 09:50", SUPERVISOR, "走访情况 上月", "去了 2 次，漏了 1 次")
    play("12-01 09:55", PROPERTY, "考评", "德尚物业 本季度考评", "答应的日子没办到 1 件 -2", "居民致谢 1 件 +1")
    play("12-01 09:56", PROPERTY, f"争分 {second} 等会上定的新日子", "已经报上去")
    play("12-01 09:57", SUPERVISOR, f"裁分 {second} 维持 上会前就该说", "维持")
    play("12-01 09:58", SUPERVISOR, "考评季报", "德尚物业", "文苑社区", "居民谢得最多的：刘建平")
    play("12-01 09:59", NEIGHBOUR, "最美", "刘建平")
    with program.reading() as session:
        assert verify(session, clock.now) == []
        rows = session.execute(select(Promise.until, Ticket.resolved_at).join(Ticket)).all()
        kept = sum(done is not None and done <= until for until, done in rows)
        assert (len(rows), kept) == (4, 3)
    assert "到期的承诺 4 件，按期办到 3 件" in chat.says(RESIDENT, "公示")
