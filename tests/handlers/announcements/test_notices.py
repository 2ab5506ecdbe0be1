"""Notices ahead: who may, whom they reach, and that nothing is filed of what was announced."""

from datetime import timedelta

import pytest
from chat import COMMUNITY, NEIGHBOUR, OTHER_PROPERTY, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import func, select

from models.announcement import Announcement, AnnouncementAnswer
from models.push import Push

OUTAGE = "通知 德尚小区 今天14-18点停水 管网检修"
# Written for this test: what people say while the water is off.
SAYINGS = (
    "停水了",
    "家里没水了",
    "怎么没水",
    "德尚小区3号楼停水了",
    "德尚小区5号楼没水",
    "水龙头不出水",
    "我家停水了，什么时候来水",
    "自来水停了",
    "一滴水都没有",
    "断水了没人管吗",
)


def lives_in(chat, openid, home="德尚小区3号楼2单元"):
    assert "记住了" in chat.says(openid, f"绑定 {home}")


def announces(chat, who=COMMUNITY, words=OUTAGE):
    assert "住户会收到" in chat.says(who, words)
    assert "确认发送" in chat.says(who, "1")
    return chat.says(who, "确认发送")


def notice(program):
    with program.reading() as session:
        return session.scalars(select(Announcement).order_by(Announcement.id.desc())).first()


def test_it_is_shown_confirmed_twice_and_told_to_those_who_live_there(program, clock, chat):
    lives_in(chat, RESIDENT)
    lives_in(chat, NEIGHBOUR, "园丁小区2号楼")
    chat.pushed(RESIDENT)
    preview = chat.says(COMMUNITY, OUTAGE)
    assert "1 位" in preview
    assert "今日14:00至今日18:00" in preview
    assert "真要发给 1 位" in chat.says(COMMUNITY, "1")
    assert "这就发" in chat.says(COMMUNITY, "确认发送")
    chat.timers_ring()
    (told,) = chat.pushed(RESIDENT)
    assert "【通知】德尚小区" in told
    assert chat.pushed(NEIGHBOUR) == []
    assert notice(program).reached == 1


def test_what_is_nearly_the_word_is_told_the_word_and_files_nothing(program, chat):
    chat.says(COMMUNITY, OUTAGE)
    chat.says(COMMUNITY, "1")
    for near in ("确认发出", "确认发", "确认", "发送", "好的", "是", "1"):
        assert "请回“确认发送”" in chat.says(COMMUNITY, near)
    assert notice(program) is None
    assert chat.tickets() == []
    assert "这就发" in chat.says(COMMUNITY, "确认发送。")


@pytest.mark.parametrize("answer", ["2", "算了", "不发了"])
def test_nothing_is_sent_without_the_word(program, chat, answer):
    lives_in(chat, RESIDENT)
    chat.says(COMMUNITY, OUTAGE)
    chat.says(COMMUNITY, "1")
    chat.says(COMMUNITY, answer)
    chat.timers_ring()
    assert notice(program) is None


@pytest.mark.parametrize("who", [OTHER_PROPERTY, RESIDENT])
def test_who_does_not_serve_there_may_not(program, chat, who):
    lives_in(chat, NEIGHBOUR)
    reply = chat.says(who, OUTAGE)
    assert "住户会收到" not in reply
    assert notice(program) is None


@pytest.mark.parametrize("who", [COMMUNITY, PROPERTY, SUPERVISOR])
def test_who_serves_there_may(program, chat, who):
    assert "住户会收到" in chat.says(who, OUTAGE)


def test_fifty_messages_while_it_lasts_file_nothing_and_are_all_answered(program, clock, chat):
    people = [f"oOutage{number:021d}" for number in range(5)]
    for openid in people:
        lives_in(chat, openid, "德尚小区3号楼")
    announces(chat)
    chat.timers_ring()
    clock.turn(hours=5)
    for openid in people:
        for words in SAYINGS:
            reply = chat.says(openid, words)
            assert "预计今日18:00好" in reply, (words, reply)
    assert chat.tickets() == []
    with program.reading() as session:
        assert session.scalar(select(func.count()).select_from(AnnouncementAnswer)) == 50
    assert "答复了 50 次" in chat.says(COMMUNITY, "通知")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("德尚小区3号楼楼道灯不亮", "another matter"),
        ("园丁小区2号楼停水了", "another compound"),
        ("德尚小区2号楼着火了", "a danger"),
    ],
)
def test_all_else_is_filed_as_ever(program, clock, chat, words, why):
    announces(chat)
    clock.turn(hours=5)
    chat.says(RESIDENT, words)
    assert len(chat.tickets()) == 1, why


NAMED_IN_ANY_WAY = {
    "今天14-18点停水 管网检修": (
        "几点能来水",
        "水停了半天了",
        "还要停到什么时候",
        "你们又把水给停了",
        "水呢，厕所冲不了",
    ),
    "今天14-18点停电 线路检修": ("电啥时候来", "这电停得也太久了", "屋里漆黑，电啥时候来"),
    "今天14-18点停气": ("家里灶台没有气", "气来了没有", "燃气怎么停了"),
    "今天14-18点电梯停运 维保": ("电梯啥时候能用", "老人下不了楼，电梯停着呢", "今天电梯不能坐吗"),
    "今天14-18点停暖 换热站检修": ("暖气几点恢复",),
}
NOT_IT = {
    "今天14-18点停水 管网检修": ("水管爆了", "门口水管跑水", "水管漏水", "水电费在哪交", "水费怎么交", "家里停电了"),
    "今天14-18点停电 线路检修": ("电箱打火", "电瓶上楼", "有人偷电", "停电了，电梯里好像有人"),
    "今天14-18点停气": ("厨房有煤气味", "暖气不热"),
    "今天14-18点消杀 请关窗": ("楼道里一堆垃圾",),
}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("table", "answers"), [(NAMED_IN_ANY_WAY, True), (NOT_IT, False)])
def test_the_announcement_decides_what_is_about_it(program, clock, chat, table, answers):
    wrong = []
    for number, (words, sayings) in enumerate(table.items()):
        announces(chat, words=f"通知 德尚小区 {words}")
        clock.turn(hours=5)
        for at, said in enumerate(sayings):
            openid = f"oAbout{number:010d}{at:012d}"
            lives_in(chat, openid)
            reply = chat.says(openid, said)
            if ("预计今日18:00好" in reply) is not answers:
                wrong.append((said, reply))
        clock.turn(hours=-5)
        chat.says(COMMUNITY, "撤通知")
    assert wrong == []


def test_the_progress_of_their_own_report_comes_before_the_notice(program, clock, chat):
    lives_in(chat, RESIDENT)
    chat.says(RESIDENT, "水表坏了")
    announces(chat)
    clock.turn(hours=5)
    assert chat.ticket().number in chat.says(RESIDENT, "水表什么时候来修啊")


def test_before_and_after_it_is_filed(program, clock, chat):
    announces(chat)
    chat.says(RESIDENT, "德尚小区3号楼停水了")
    assert len(chat.tickets()) == 1
    clock.turn(hours=9)
    chat.says(NEIGHBOUR, "德尚小区5号楼停水了，怎么还没来")
    assert chat.ticket().neighbours or len(chat.tickets()) == 2


def test_it_waits_for_its_hour_and_for_the_morning(program, clock, chat):
    lives_in(chat, RESIDENT)
    chat.pushed(RESIDENT)
    announces(chat, words="通知 德尚小区 明天9-12点停水 检修 定时 今天23点")
    made = notice(program)
    assert (made.send_at - clock.now) > timedelta(hours=20), "at night nobody is told"
    chat.timers_ring()
    assert chat.pushed(RESIDENT) == []
    clock.now = made.send_at
    chat.timers_ring()
    assert len(chat.pushed(RESIDENT)) == 1


def test_one_that_is_taken_back_is_not_sent_and_answers_nobody(program, clock, chat):
    lives_in(chat, RESIDENT)
    chat.pushed(RESIDENT)
    announces(chat)
    assert "不会发了" in chat.says(COMMUNITY, "撤通知")
    chat.timers_ring()
    assert chat.pushed(RESIDENT) == []
    clock.turn(hours=5)
    chat.says(RESIDENT, "停水了")
    assert len(chat.tickets()) == 1
    assert "没有可撤" in chat.says(COMMUNITY, "撤通知")


@pytest.mark.parametrize(
    ("words", "says"),
    [("通知", "要通知什么"), ("通知 某个地方 明天9点停水", "要通知什么"), ("通知 德尚小区 停水", "从几点到几点")],
)
def test_what_is_missing_is_said_in_one_line(program, chat, words, says):
    assert says in chat.says(COMMUNITY, words)
    assert notice(program) is None


def test_a_whole_community_is_told_too(program, chat):
    lives_in(chat, RESIDENT)
    community = chat.program.towns.current
    with program.reading() as session:
        world = community(session).world
        place = world.places_named("德尚小区")[0]
        name = world.grids[place.community].name
    assert "1 位" in chat.says(SUPERVISOR, f"通知 {name} 明天9-12点停电 线路检修")


def test_a_notice_is_news_that_leaves_the_last_message_for_an_outcome(program, chat):
    lives_in(chat, RESIDENT)
    announces(chat)
    chat.timers_ring()
    with program.reading() as session:
        push = session.scalars(select(Push).where(Push.event == "notice")).one()
    assert (push.rank, push.template) == (3, "resident")
    assert push.fields["happened"].startswith("通知·")
