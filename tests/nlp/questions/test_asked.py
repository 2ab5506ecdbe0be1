"""Questions of the kinds that were once read wrong or not at all."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from demo_names import demo_names
from scoring import NOW

from nlp.questions.parse import may_follow, parse, parse_all

ASKED = yaml.safe_load((Path(__file__).parent.parent / "data" / "asked.yaml").read_text("utf-8"))
ANOTHER_READING = {
    "报修的单子办完要几天": "a length of time, not a number",
    "今年装修扰民报了多少": "one sub-item, not two categories",
    "一周以上没办完的有多少": "to the second the same",
}


@pytest.fixture(scope="module")
def names():
    return demo_names()


REFUSED = (
    "这周哪些网格一件都没有",
    "上月没有投诉的小区有哪些",
    "上周零投诉的小区",
    "上月来了多少件，其中停车多少",
    "绿地里种菜的今年多少起",
    "消防通道停车的上月几件",
    "周末晚上的噪音 近一个月几件",
    "清明那天几件",
    "超期三天以上的有几件",
    "国庆前后各多少件",
    "上月重办的占多少",
    "上月平均每天来多少件",
    "哪个社区进步最大",
    "工作日和周末哪个多 上个月",
    "没退过单的上月几件",
    "前三到前五的社区有哪些",
    "办结了又重办的上月几件",
    "默认结案率",
    "上个月我办了几件",
    "自己发现的上个月几件",
    "上个月女业主报的几件",
    "上个月几个居民投诉",
    "上月投诉的业主有多少",
    "上月有多少人报过停车",
    "上月新增住户多少",
    "小区外头停车上个月几件",
    "上月遇到困难的几件",
    "女儿报的几件",
    "催过没办的上个月几件",
    "上个月没发生投诉的社区",
    "东门口停车上月几件",
    "这三五天收了几件",
    "谁报得最多 上个月",
    "上周被偷的几件",
    "上月都坏了的几件",
    "今年消防栓漏水的几件",
    "遛狗不捡狗屎的上月几件",
    "今早到现在来了几件",
    "上周报停车前五名的人",
    "德尚小区3号几件",
    "周末报的多还是平时报的多",
    "德尚小区的停车和园丁小区的噪音上月一共多少",
)
"""Each once gave a figure of something else, or was taken for no question at all"""


def differing(wanted, got):
    filters = wanted.get("filters", {})
    wrong = {name for name, value in filters.items() if got["filters"].get(name) != value}
    got = got | {name: got["period"][name][: len("2026-11-16")] for name in ("since", "until")}
    return wrong | {name for name in wanted.keys() - {"filters"} if got.get(name) != wanted[name]}


def test_no_question_is_answered_otherwise_than_it_was_asked(names):
    queries = {line["text"]: parse(names, line["text"], NOW) for line in ASKED}
    read = {text: query for text, query in queries.items() if query and not query.unread}
    wrong = {
        line["text"]
        for line in ASKED
        if line["text"] in read and differing(line["query"], read[line["text"]].as_json())
    }
    assert wrong <= ANOTHER_READING.keys()
    assert len(read) >= len(ASKED) - 1


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_whole_is_named(names, text):
    query = parse(names, text, NOW)
    assert query is not None
    assert query.unread != ()


def test_questions_that_would_stand_alone_pile_up_no_conditions(names):
    query = parse_all(names, ["上周停车多少件", "超时的有几件", "德尚小区的有几件"], NOW)
    assert query is not None
    assert (query.measures, query.only["place"]) == (("count",), ("德尚小区",))
    assert not may_follow(names, "挂账的还有几张", NOW)


def test_one_number_is_not_told_day_by_day(names):
    query = parse_all(names, ["水电气暖这俩月走势", "热线转来的有多少"], NOW)
    assert query is not None
    assert (query.group, query.only["source"]) == ("", ("hotline",))
    query = parse_all(names, ["上周各社区几件", "只要超时的"], NOW)
    assert query is not None
    assert (query.group, query.measures) == ("community", ("late",))


@pytest.mark.parametrize(
    ("texts", "alone"),
    [
        (["德尚小区上周多少件", "12345转来的有多少"], "12345转来的有多少"),
        (["上月平均多久能办完", "噪音主要是几点来的"], "噪音主要是几点来的"),
        (["上周重办了几件", "居民自己撤了几件"], "居民自己撤了几件"),
    ],
)
def test_a_whole_new_question_stands_alone(names, texts, alone):
    assert not may_follow(names, texts[-1], NOW)
    assert parse(names, alone, NOW) is not None


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (["上周各小区停车多少件", "只看德尚小区"], "上周德尚小区停车按小区多少件"),
        (["上月停车平均办理时长", "一共几件"], "上月停车多少件"),
        (["上月停车多少件", "那上周全部多少件"], "上周多少件"),
        (["上周多少件", "除了停车", "再除了噪音"], "上周除了停车和噪音多少件"),
        (["德尚小区上周噪音多少件", "去掉噪音"], "上周德尚小区除了噪音多少件"),
        (["上周停车多少件", "德尚小区的"], "上周德尚小区停车多少件"),
    ],
)
def test_a_change_asks_the_same_as_the_whole_question(names, texts, whole):
    assert all(may_follow(names, text, NOW) for text in texts[1:])
    changed, asked = parse_all(names, texts, NOW), parse(names, whole, NOW)
    assert {name: set(values) for name, values in changed.but.items()} == {
        name: set(values) for name, values in asked.but.items()
    }
    assert replace(changed, but={}) == replace(asked, but={})


def test_a_share_of_nothing_is_no_figure(names):
    query = parse(names, "上周占比多少", NOW)
    assert query is None or query.unread
    assert not parse(names, "上周除了停车以外的占比", NOW).unread


def test_a_holiday_whose_days_off_are_not_known_yet_is_none_of_last_year(names):
    query = parse(names, "元旦假期来了多少件", datetime.fromisoformat("2028-01-04T08:30:00+08:00"))
    assert query is not None
    assert query.unread == ("元旦假期",)


def test_by_a_kind_of_area_after_one_of_them_is_by_all_of_them(names):
    query = parse_all(names, ["城南社区上周多少件", "按社区分"], NOW)
    assert query is not None
    assert (query.group, query.only) == ("community", {})
    query = parse_all(names, ["新义街道上周多少件", "按社区分"], NOW)
    assert query is not None
    assert (query.group, query.only) == ("community", {"grid": ("XY-XINYI",)})
