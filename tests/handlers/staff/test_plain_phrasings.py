"""As directors, community secretaries and grid leaders type and dictate; and what they report as residents."""

import pytest
from chat import RESIDENT, SUPERVISOR
from testbed import MONDAY

from handlers.questions.naming import understood
from handlers.questions.parse import parse


@pytest.fixture
def kind():
    return "sqlite"  # nothing here differs between databases


COUNTS = {
    "昨天新增多少": "昨天 · 诉求",
    "本周新增": "本周 · 诉求",
    "今天有多少": "今天 · 诉求",
    "这周多少了": "这周 · 诉求",
    "昨天来了多少单": "昨天 · 诉求",
    "昨天一共收了多少件诉求": "昨天 · 诉求",
    "昨天有多少件来着": "昨天 · 诉求",
    "帮我查下上周停车多少件呀": "上周 · 停车管理 · 诉求",
    "昨天多少建": "昨天 · 诉求",
    "上周五有多少": "上周五 · 诉求",
    "上周诉求数": "上周 · 诉求",
    "昨天的总数": "昨天 · 诉求",
    "德尚小区有多少投诉": "本周 · 德尚小区 · 诉求",
    "德尚小区最近投诉多吗": "近7天 · 德尚小区 · 诉求",
    "投诉多不多": "本周 · 诉求",
    "这两天多少件": "这两天 · 诉求",
    "这半个月多少件": "这半个月 · 诉求",
    "半个月来多少件": "半个月来 · 诉求",
    "截至目前一共多少件": "截至目前 · 诉求",
    "截止到今天多少件": "截止到今天 · 诉求",
    "上周到现在多少件": "上周到现在 · 诉求",
    "今年以来多少件": "今年 · 诉求",
    "热线来了多少": "本周 · 热线 · 诉求",
    "微信报了多少": "本周 · 公众号 · 诉求",
    "井盖多少起": "本周 · 井盖 · 诉求",
    "今儿个多少件": "今儿个 · 诉求",
    "供水公司这个月多少件": "这个月 · 孝义市供水公司 · 诉求",
    "电梯问题多不多啊": "本周 · 电梯 · 诉求",
}
MEASURES = {
    "今天有没有紧急的": "今天 · 紧急 · 诉求",
    "昨天有没有警情": "昨天 · 红色警情 · 诉求",
    "有超时的吗": "至今 · 超时",
    "超时的多不多": "至今 · 超时",
    "德尚物业有没有超时的": "至今 · 德尚物业 · 超时",
    "还有几件没办": "至今 · 在办",
    "没处理完的有多少": "至今 · 在办",
    "积压多少": "至今 · 在办",
    "到现在还有多少没办完": "至今 · 在办",
    "德尚物业还剩几件": "至今 · 德尚物业 · 在办",
    "今天办了多少": "今天 · 已结案",
    "昨天解决多少": "昨天 · 居民确认解决",
    "催办了多少": "本周 · 被催办",
    "被催的有几件": "本周 · 被催办",
    "昨天处理了多少": "昨天 · 已结案",
    "当前在办": "至今 · 在办",
    "本周办结数": "本周 · 已结案",
    "超时件数": "至今 · 超时",
    "目前还有几件超时": "至今 · 超时",
}
GROUPS = {
    "谁超时了": "至今 · 按承办单位 · 超时",
    "文苑社区谁超时了": "至今 · 文苑社区 · 按承办单位 · 超时",
    "谁还没办完": "至今 · 按承办单位 · 在办",
    "退单最多的是谁": "近30天 · 按承办单位 · 退单",
    "谁的满意率最低": "近30天 · 按承办单位 · 满意率",
    "超时的单位有哪些": "至今 · 按承办单位 · 超时",
    "物业超时多少": "至今 · 按承办单位（物业） · 超时",
    "物业满意率排名": "近30天 · 按承办单位（物业） · 满意率",
    "各部门办理情况": "近30天 · 按承办单位（部门） · 诉求",
    "各部门办得怎么样": "近30天 · 按承办单位（部门） · 诉求",
    "分社区看": "近30天 · 按社区 · 诉求",
    "停车问题主要集中在哪里": "近30天 · 停车管理 · 按小区 · 诉求",
    "德尚小区主要什么问题": "近30天 · 德尚小区 · 按类别 · 诉求",
    "最近什么事最多": "近7天 · 按类别 · 诉求",
    "居民反映最多的是什么": "近30天 · 按类别 · 诉求",
    "昨天都报了什么": "昨天 · 按类别 · 诉求",
    "近30天趋势": "近30天 · 按天 · 诉求",
    "满意率排名": "近30天 · 按承办单位 · 满意率",
    "文苑社区最近有啥事没有": "近7天 · 文苑社区 · 按类别 · 诉求",
}
OVERVIEWS = {
    "德尚小区怎么样": "本周 · 德尚小区 · 概况",
    "文苑社区这周怎么样": "这周 · 文苑社区 · 概况",
    "文苑一网格最近情况如何": "近7天 · 文苑一网格 · 概况",
    "新义街道本月情况": "本月 · 新义街道 · 概况",
    "德尚物业干得怎么样": "本周 · 德尚物业 · 概况",
    "城管本月怎么样": "本月 · 孝义市城管局 · 概况",
    "文苑社区停车情况": "本周 · 文苑社区 · 停车管理 · 概况",
    "今天怎么样": "今天 · 概况",
    "上周情况怎么样啊": "上周 · 概况",
    "给我看看这周的数据": "这周 · 概况",
    "把文苑社区的数据给我看看": "本周 · 文苑社区 · 概况",
    "汇报一下今天的情况": "今天 · 概况",
    "燃气公司怎么样": "本周 · 孝义市燃气公司 · 概况",
}
COMPARISONS = {
    "这个月和上个月比": "这个月比上个月 · 诉求",
    "比上个月多还是少": "本月比上个月 · 诉求",
    "今天比昨天多吗": "今天比昨天 · 诉求",
    "停车这周比上周多了还是少了": "这周比上周 · 停车管理 · 诉求",
    "停车比上周多多少件": "本周比上周 · 停车管理 · 诉求",
    "文苑社区比上周怎么样": "本周比上周 · 文苑社区 · 诉求",
    "满意率和上个月比怎么样": "本月比上个月 · 满意率",
    "上周和上上周比": "上周比上上周 · 诉求",
    "9月和10月对比": "10月比9月 · 诉求",
    "本周和上周多少件": "本周比上周 · 诉求",
    "本月环比": "本月比上月 · 诉求",
    "这周的停车和上周的停车比一下": "这周比上周 · 停车管理 · 诉求",
}


@pytest.mark.parametrize("questions", [COUNTS, MEASURES, GROUPS, OVERVIEWS, COMPARISONS])
def test_all_of_a_question_is_read(town, questions):
    queries = {text: parse(town, text, MONDAY) for text in questions}
    assert {text: query and understood(town, query) for text, query in queries.items()} == questions
    assert [text for text, query in queries.items() if query.unread] == []


REPORTS = (
    "德尚小区怎么电梯坏了",
    "德尚小区怎么又停水了",
    "德尚小区3号楼电梯坏了，谁来管管",
    "德尚小区电梯坏了没人管吗",
    "谁家的车超时停在消防通道",
    "谁家的狗没牵绳，德尚小区",
    "哪家的狗天天叫，德尚小区",
    "什么情况，德尚小区又停电",
    "今天德尚小区垃圾没人收，什么问题",
    "德尚小区新增了一处违建",
    "文苑花园新增的充电桩坏了",
    "这周比上周冷，德尚小区暖气不热",
    "德尚小区3号楼暖气比上周还凉",
    "比上个月还严重，德尚小区垃圾堆成山",
    "德尚小区每天晚上广场舞吵到十点，最近更厉害了",
    "每天都有人乱扔垃圾，德尚小区",
    "德尚小区多少天了电梯还没修",
    "这两天德尚小区一直停水",
    "上周报的德尚小区路灯还没修",
    "德尚小区情况很紧急，快来人",
    "危险，德尚小区墙要倒了",
    "德尚小区有紧急情况",
    "都投诉多少次了，德尚小区广场舞还那么吵",
    "反映个情况：文苑花园垃圾没人收",
    "德尚小区停车情况很乱",
    "上周投诉的停车问题还没解决吗",
)
OF_THEIR_OWN = (
    "我报的那个怎么样了",
    "我昨天报的怎么样了",
    "昨天报的那个怎么样了",
    "那个电梯的事怎么样了",
    "德尚小区电梯怎么样了",
    "德尚小区3号楼怎么样了",
    "怎么样了",
    "还没有办完吗",
    "超时了吗",
    "解决了吗",
    "德尚小区物业费多少钱",
    "德尚小区有几个门",
    "我要反映诉求",
    "我有个投诉",
    "文苑社区在哪里",
    "红色警情是什么",
    "什么是督办",
)


@pytest.mark.parametrize("text", [*REPORTS, *OF_THEIR_OWN])
def test_what_a_resident_would_say_is_no_question_of_figures(town, text):
    assert parse(town, text, MONDAY) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["德尚小区怎么电梯坏了", "德尚小区3号楼电梯坏了，谁来管管", "反映个情况：德尚小区的垃圾没人收"]
)
def test_what_a_supervisor_reports_is_filed_once_they_say_that_it_is_theirs(chat, text):
    assert "您自己" in chat.says(SUPERVISOR, text)
    assert "已受理" in chat.says(SUPERVISOR, "是的")
    assert chat.ticket().place_name == "德尚小区"


def test_how_an_area_does_is_told_in_figures_that_open(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(RESIDENT, "园丁小区2号楼下水道堵了往外冒")
    said = chat.says(SUPERVISOR, "德尚小区怎么样").splitlines()
    assert said[0] == "本周 · 德尚小区 · 概况"
    assert said[1:-1] == [
        "1 新增 1件",
        "2 办结待回访 0件",
        "3 居民确认解决 0件",
        "4 未确认解决的结案 0件",
        "5 在办 1件",
        "6 超时 0件",
        "7 红色警情 0件",
    ]
    page = chat.says(SUPERVISOR, "5")
    assert "（1 件）" in page
    assert "德尚小区" in page
    assert "园丁小区" not in page


def test_of_a_time_that_is_over_nothing_is_told_of_now(chat):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    lines = chat.says(SUPERVISOR, "上周怎么样").splitlines()[1:-1]
    assert [line.split()[1] for line in lines] == ["新增", "居民确认解决", "未确认解决的结案", "红色警情"]


def test_two_weeks_are_told_side_by_side_and_each_opens(chat, clock):
    for number in (1, 2, 3):
        chat.says(RESIDENT, f"德尚小区{number}号楼电梯坏了")
        clock.turn(days=2)
    clock.turn(days=1, hours=1)
    chat.says(RESIDENT, "德尚小区4号楼电梯坏了")
    said = chat.says(SUPERVISOR, "德尚小区这周比上周多还是少").splitlines()
    assert said == [
        "这周比上周 · 德尚小区 · 诉求",
        "1 这周 1件",
        "2 上周 3件",
        "3 上周同期 1件",
        "这周比上周少 2件（67%），比上周同期一样。（这周还没过完）",
        "回数字看是哪些工单。",
    ]
    assert "上周（3 件）" in chat.says(SUPERVISOR, "2")
    assert "这周（1 件）" in chat.says(SUPERVISOR, "1")
    assert "上周同期（1 件）" in chat.says(SUPERVISOR, "3")


def test_rates_are_compared_in_points_and_only_where_both_are_known(chat, clock):
    clock.turn(days=7)
    said = chat.says(SUPERVISOR, "满意率和上周比怎么样")
    assert "1 本周 —（0件）" in said
    assert "百分点" not in said
    assert "一样" not in said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("我们街道怎么样", "本周 · 新义街道 · 概况"),
        ("我们街道昨天多少件", "昨天 · 新义街道 · 诉求"),
        ("本街道超时多少", "至今 · 新义街道 · 超时"),
        ("咱们这个街道比上周多吗", "本周比上周 · 新义街道 · 诉求"),
    ],
)
def test_one_who_asks_of_their_own_area_means_it(chat, text, read):
    assert chat.says(SUPERVISOR, text).splitlines()[0] == read


def test_an_area_of_another_level_is_not_theirs(chat):
    assert "“社区”我还不会算" in chat.says(SUPERVISOR, "我们社区昨天多少件")
    assert "没看懂" in chat.says(SUPERVISOR, "我们社区怎么样")


FOLLOWED = (
    (["昨天停车多少件", "那前天呢"], "前天 · 停车管理 · 诉求"),
    (["上周停车多少件", "那噪音呢", "德尚小区呢"], "上周 · 德尚小区 · 噪音扰民 · 诉求"),
    (["德尚小区怎么样", "那上周呢"], "上周 · 德尚小区 · 概况"),
    (["德尚小区怎么样", "文苑社区呢？"], "本周 · 文苑社区 · 概况"),
    (["德尚小区怎么样", "电梯呢"], "本周 · 德尚小区 · 电梯 · 概况"),
    (["现在超时多少件", "那上周的呢"], "上周 · 超时（含已办结的）"),
    (["现在超时多少件", "满意率呢"], "本周 · 满意率"),
    (["本周各物业的满意率", "各社区呢"], "本周 · 按社区 · 满意率"),
    (["这周比上周怎么样", "停车呢"], "这周比上周 · 停车管理 · 诉求"),
    (["这周比上周怎么样", "那昨天呢"], "昨天 · 诉求"),
)


@pytest.mark.parametrize(("texts", "read"), FOLLOWED)
def test_a_question_goes_on_from_the_one_before(chat, texts, read):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    assert [chat.says(SUPERVISOR, text).splitlines()[0] for text in texts][-1] == read


def test_what_goes_on_opens_to_its_own_cases(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    clock.turn(days=1)
    chat.says(RESIDENT, "德尚小区4号楼电梯坏了")
    chat.says(SUPERVISOR, "昨天多少件")
    assert "今天 · 诉求\n1 诉求 1件" in chat.says(SUPERVISOR, "那今天呢")
    assert "4号楼" in chat.says(SUPERVISOR, "1")
    assert "昨天 · 诉求" in chat.says(SUPERVISOR, "那昨天呢")


@pytest.mark.parametrize("text", ["那怎么办呢", "3号楼呢", "那电梯什么时候修呢", "那我的呢", "呢"])
def test_what_does_not_go_on_is_no_figure(chat, text):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(SUPERVISOR, "昨天停车多少件")
    assert "诉求" not in chat.says(SUPERVISOR, text).splitlines()[0]


def test_without_a_question_before_nothing_goes_on(chat):
    assert "件\n" not in chat.says(SUPERVISOR, "那上周呢")
    assert chat.says(SUPERVISOR, "响应率呢").startswith("本周 · 响应率")
