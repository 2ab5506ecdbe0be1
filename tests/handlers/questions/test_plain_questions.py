"""A question is answered as it was asked, or the answer says what was not heeded, or it asks back."""

import re

import pytest
from chat import ADMIN, COMMUNITY, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR
from sqlalchemy import select
from testbed import MONDAY

from handlers.questions.naming import understood
from handlers.questions.parse import parse
from handlers.staff.roles import appoint
from models.person import Person, Role


@pytest.fixture
def kind():
    return "sqlite"  # nothing here differs between databases


READ = {
    "上周哪个小区停车投诉最多": "上周 · 停车管理 · 按小区 · 诉求",
    "上周哪里投诉最多": "上周 · 按小区 · 诉求",
    "各物业的满意率": "近30天 · 按承办单位（物业） · 满意率",
    "哪家物业满意率最低": "近30天 · 按承办单位（物业） · 满意率",
    "本月哪家单位重办率最高": "本月 · 按承办单位 · 重办率",
    "本周三日办结率": "本周 · 三日办结率",
    "上周德尚小区停车投诉多少件": "上周 · 德尚小区 · 停车管理 · 诉求",
    "德尚物业上周多少件": "上周 · 德尚物业 · 诉求",
    "城管本周多少件": "本周 · 孝义市城管局 · 诉求",
    "路灯本月多少件": "本月 · 路灯楼道灯 · 诉求",
    "物业费投诉最多的小区": "近30天 · 物业费 · 按小区 · 诉求",
    "新义街道离柳社区上周多少件": "上周 · 离柳社区 · 诉求",
    "长安社区平房片区本月多少件": "本月 · 长安社区平房片区 · 诉求",
    "12345热线本月多少件": "本月 · 热线 · 诉求",
    "红色警情本月多少件": "本月 · 红色警情 · 诉求",
    "昨天办结了几件": "昨天 · 已结案",
    "上周解决了多少件": "上周 · 居民确认解决",
    "本周一共多少件": "本周 · 诉求",
    "现在超时多少件": "至今 · 超时",
    "还有多少没办完": "至今 · 在办",
    "上周超时最多的物业": "上周 · 按承办单位（物业） · 超时（含已办结的）",
    "最近停车多少件": "近7天 · 停车管理 · 诉求",
    "近30天每天多少件": "近30天 · 按天 · 诉求",
    "国庆期间停车多少件": "国庆期间 · 停车管理 · 诉求",
    "上周报修多少件": "上周 · 维修报修 · 诉求",
    "上周停车多少件，按小区分": "上周 · 停车管理 · 按小区 · 诉求",
    "停车和噪音上周各多少件": "上周 · 停车管理、噪音扰民 · 按类别 · 诉求",
    "离柳社区和长安社区上周各多少件": "上周 · 离柳社区、长安社区 · 按社区 · 诉求",
    "别的平台来的本月多少件": "本月 · 别的平台 · 诉求",
    "上周热线和巡查多少件": "上周 · 热线、巡查 · 诉求",
    "满意率和解决率本月多少": "本月 · 满意率、解决率",
    "各社区停车比上周多多少件": "本周比上周 · 停车管理 · 按社区 · 诉求",
    "今天上午多少件": "今天 · 8点到12点 · 诉求",
    "昨晚多少件": "昨天 · 18点到24点 · 诉求",
    "满意率低于80%的物业": "近30天 · 按承办单位（物业） · 满意率 · 只看低于80%的",
    "待补充的几件": "至今 · 待补充 · 诉求",
    "本月诉求同比如何": "本月比去年本月 · 诉求",
    "去年同期多少件": "今年比去年 · 诉求",
    "办结率本月多少": "本月 · 办结率",
    "上周不满意的多少件": "上周 · 评不满意 · 诉求",
    "平均办结时间本月多少": "本月 · 平均办理时长（从报来到办完）",
    "本周哪个社区办得最快": "本周 · 按社区 · 平均办理时长（从报来到办完）",
    "上周各类诉求占比": "上周 · 按类别 · 占比",
    "每月停车多少件": "今年 · 停车管理 · 按月 · 诉求",
    "十月一整月停车多少": "十月 · 停车管理 · 诉求",
    "报修里哪类最多 上月": "上月 · 维修报修 · 按子项 · 诉求",
    "除了停车和噪音 其他各类上周几件": "上周 · 不含停车管理、噪音扰民 · 按类别 · 诉求",
    "本月三日办结率多少": "本月 · 三日办结率",
    "除了停车上周多少件": "上周 · 不含停车管理 · 诉求",
    "超过三天没办完的多少件": "至今 · 历时超过3天 · 在办",
    "同一个人报了三次以上的上周几件": "上周 · 同一人报过3次以上 · 诉求",
    "德尚小区停车占比 上周": "上周 · 德尚小区 · 停车管理 · 占比 · 占德尚小区的",
}


@pytest.mark.parametrize("text", READ)
def test_all_of_a_question_is_read(town, text):
    query = parse(town, text, MONDAY)
    assert (understood(town, query), query.unread) == (READ[text], ())


UNREAD = {
    "上周3号楼停车投诉多少件": ("3号楼",),
    "本周停车和上周噪音多少件": ("上周",),
    "上周各社区各类别多少件": ("各类别",),
    "满意率最高和最低的社区": ("最低",),
    "从接单到办结平均多久": ("从接单到",),
    "评了没解决的上月几件": ("评了没解决",),
    "重办的占多少 上月": ("重办",),
}


@pytest.mark.parametrize("text", UNREAD)
def test_what_one_figure_cannot_heed_is_named(town, chat, text):
    assert parse(town, text, MONDAY).unread == UNREAD[text]
    assert f"“{UNREAD[text][0]}”" in chat.says(SUPERVISOR, text)


STRANGE = (
    "在办比上周多多少",
    "今天到期的有几件",
    "即将超时的有多少件",
    "谁投诉最多",
    "上月同期多少件",
    "当天多少件",
    "昨天派了多少单",
    "前三天多少件",
    "2月30日多少件",
    "本月多少人投诉停车",
)


@pytest.mark.parametrize("text", STRANGE)
def test_another_figure_than_asked_is_not_given(town, chat, text):
    assert parse(town, text, MONDAY).unread
    reply = chat.says(SUPERVISOR, text)
    assert "不会算" in reply
    assert "件\n" not in reply


REPORTS = (
    "最近3号楼电梯老坏怎么样处理",
    "德尚小区3号楼电梯坏了没人修，今天能来看看情况吗",
    "今天德尚小区门口有人打架，情况紧急",
    "德尚小区今天停水吗？",
)


@pytest.mark.parametrize("text", REPORTS)
def test_what_tells_of_a_trouble_is_no_question_of_figures(town, text):
    assert parse(town, text, MONDAY) is None


@pytest.mark.parametrize(
    ("text", "limit", "order"),
    [
        ("上周投诉最多的前15个小区", 15, "desc"),
        ("上周投诉前三的社区", 3, "desc"),
        ("哪三个小区上周投诉最多", 3, "desc"),
        ("上周投诉最多的5个小区", 5, "desc"),
        ("本月满意率倒数第二的社区", 2, "asc"),
        ("本月满意率最差的社区", 10, "asc"),
        ("前天哪个小区最多", 10, "desc"),
    ],
)
def test_how_many_and_from_which_end(town, text, limit, order):
    query = parse(town, text, MONDAY)
    assert (query.limit, query.order, query.unread) == (limit, order, ())


def test_a_list_that_is_cut_says_how_many_there_are(chat):
    for number in range(1, 7):
        chat.says(RESIDENT, f"德尚小区{number}号楼电梯坏了")
    for place in ("园丁小区", "文苑花园", "锦佳园小区"):
        chat.says(RESIDENT, f"{place}2号楼下水道堵了往外冒")
    assert chat.says(SUPERVISOR, "本周前两个小区最多").splitlines()[1:] == [
        "1 德尚小区 6件",
        "2 园丁小区 1件",
        "（共 4 个，这里是 2 个。要多看几个，请说“前4个”）",
        "回数字看是哪些工单。",
    ]
    assert "共" not in chat.says(SUPERVISOR, "本周各小区多少件")
    assert "（一件都没有的不在内）" in chat.says(SUPERVISOR, "本周投诉最少的小区")


def test_days_without_a_ticket_are_days_too(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    clock.turn(days=2)
    lines = chat.says(SUPERVISOR, "本周每天多少件").splitlines()
    assert lines[1:-1] == ["1 11月16日 1件", "2 11月17日 0件", "3 11月18日 0件"]


def test_two_places_of_one_name_stay_two(chat):
    for who, which in ((RESIDENT, "1"), (NEIGHBOUR, "2")):
        assert "哪个社区" in chat.says(who, "幸福小区3号楼电梯坏了")
        chat.says(who, which)
    lines = chat.says(ADMIN, "本周各小区多少件").splitlines()[1:-1]
    assert sorted(line[2:] for line in lines) == ["幸福小区（桥北社区） 1件", "幸福小区（长安社区） 1件"]


def test_an_answer_opens_to_its_cases(chat):
    for number in range(1, 10):
        chat.says(RESIDENT, f"德尚小区{number % 6 + 1}号楼{'电梯坏了' if number < 7 else '下水道堵了往外冒'}")
    chat.says(RESIDENT, "园丁小区2号楼电梯坏了")
    count = len([t for t in chat.tickets() if t.place_name == "德尚小区"])
    assert f"1 德尚小区 {count}件" in chat.says(SUPERVISOR, "本周各小区多少件")
    page = chat.says(SUPERVISOR, "1")
    assert f"德尚小区（{count} 件）" in page
    first = re.findall(r"\d{11}", page)
    rest = re.findall(r"\d{11}", chat.says(SUPERVISOR, "更多")) if count > len(first) else []
    assert sorted(first + rest) == sorted(t.number for t in chat.tickets() if t.place_name == "德尚小区")
    assert "就这些了" in chat.says(SUPERVISOR, "更多")
    assert "园丁小区（1 件）" in chat.says(SUPERVISOR, "2")
    assert "回数字" not in chat.says(SUPERVISOR, "去年各小区多少件")


@pytest.mark.parametrize(("asked", "opened"), [("本周各小区多少件", "德尚小区（1 件）"), ("今日", "新增（1 件）")])
def test_a_digit_after_a_later_request_is_for_the_request(chat, clock, asked, opened):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(PROPERTY, "接")
    with chat.program.sessions() as session, session.begin():
        for person in session.scalars(select(Person).where(Person.openid == COMMUNITY)):
            appoint(person, Role.SUPERVISOR, None, None)
    chat.says(COMMUNITY, asked)
    clock.turn(minutes=1)
    chat.says(PROPERTY, "延 4工作时 等配件")
    assert "已同意" in chat.says(COMMUNITY, "1")
    chat.says(COMMUNITY, asked)
    clock.turn(minutes=1)
    assert opened in chat.says(COMMUNITY, "1")
