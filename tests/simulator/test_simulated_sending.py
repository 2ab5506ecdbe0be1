"""What an account may send to whom, and what it is told where it may not."""

import threading

import pytest
from echo_account import Webhook
from simulated_wechat import STRANGER, TICKET, WANG, Api, Clock

from bot.simulator.chat_bodies import Card, Row, Words
from bot.simulator.events import Click, Follow, TemplateFinished, Unfollow
from bot.simulator.journal import Exchange
from bot.simulator.platform import Platform


def test_a_message_opens_the_window_for_five_messages_within_two_days(api: Api, platform: Platform, clock: Clock):
    platform.say(WANG, "路灯不亮")
    assert [api.custom(f"第{n}条")["errcode"] for n in range(1, 7)] == [0, 0, 0, 0, 0, 45047]
    platform.say(WANG, "还在吗")
    clock.passes(48 * 3600)
    assert api.custom("最后一刻")["errcode"] == 0
    clock.passes(1)
    assert api.custom("晚了一秒")["errcode"] == 45015
    assert platform.received(WANG)[-1] == Words("最后一刻")


def test_allowances_of_several_messages_do_not_pile_up(api: Api, platform: Platform):
    for text in ("一", "二", "三"):
        platform.say(WANG, text)
    assert [api.custom("回")["errcode"] for _ in range(6)] == [0, 0, 0, 0, 0, 45047]


@pytest.mark.parametrize("act", [Click("帮助"), Follow()])
def test_a_tap_allows_three_messages_within_a_minute(api: Api, platform: Platform, clock: Clock, act):
    platform.deliver(WANG, act)
    assert [api.custom("您好")["errcode"] for _ in range(4)] == [0, 0, 0, 45047]
    platform.deliver(WANG, act)
    clock.passes(61)
    assert api.custom("您好")["errcode"] == 45015


def test_who_never_wrote_or_has_left_can_not_be_written_to(api: Api, platform: Platform):
    assert api.custom("您好")["errcode"] == 45015
    platform.say(WANG, "你好")
    platform.deliver(WANG, Unfollow())
    assert api.custom("您好")["errcode"] == 45015
    assert api.template()["errcode"] == 43004
    assert api.custom("您好", to=STRANGER)["errcode"] == 40003


def test_a_text_may_have_2048_bytes_and_not_one_more(api: Api, platform: Platform):
    platform.say(WANG, "你好")
    assert api.custom("好" * 682 + "ab")["errcode"] == 0
    assert api.custom("好" * 682 + "abc")["errcode"] == 45002


def test_escaped_chinese_is_refused_and_raw_chinese_arrives_as_it_is(api: Api, platform: Platform):
    platform.say(WANG, "你好")
    escaped = b'{"touser": "%s", "msgtype": "text", "text": {"content": "\\u597d"}}' % WANG.encode()
    assert api.post("message/custom/send", escaped, access_token=api.token)["errcode"] == 40033
    assert api.custom("好的 😀\n第二行")["errcode"] == 0
    assert platform.received(WANG)[-1] == Words("好的 😀\n第二行")


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        ({"touser": WANG, "msgtype": "poem", "poem": {}}, 40008),
        ({"touser": WANG, "msgtype": "text", "text": "x"}, 47001),
        ({"touser": WANG, "msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        ({"touser": ["a"], "msgtype": "text", "text": {"content": "x"}}, 40003),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(api: Api, platform: Platform, body, errcode: int):
    platform.say(WANG, "你好")
    assert api.post("message/custom/send", body, access_token=api.token)["errcode"] == errcode


def test_a_template_message_becomes_a_card_and_its_receipt_reaches_the_webhook(
    api: Api, platform: Platform, webhook: Webhook
):
    sent = api.template(url="https://example.org/240001")
    assert sent["errcode"] == 0
    assert platform.received(WANG) == [
        Card(
            "工单进度通知",
            (
                Row("character_string1", "工单编号", "240001"),
                Row("thing2", "诉求内容", "电梯停了"),
                Row("phrase3", "状态", "待签收"),
                Row("time4", "时限", "2026-11-21 16:30"),
            ),
            "https://example.org/240001",
        )
    ]
    assert platform.journal.wait_for(lambda entry: isinstance(entry, Exchange)).kind == TemplateFinished.name
    assert (webhook.seen[0]["Event"], webhook.seen[0]["MsgID"], webhook.seen[0]["Status"]) == (
        "TEMPLATESENDJOBFINISH",
        str(sent["msgid"]),
        "success",
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing2", "好" * 21),
        ("thing2", ""),
        ("thing2", "两\n行"),
        ("character_string1", "工单1"),
        ("character_string1", "1" * 33),
        ("phrase3", "待签收状态中"),
        ("phrase3", "wait"),
        ("time4", "明天下午"),
    ],
)
def test_a_value_that_breaks_its_fields_rule_is_refused_and_not_cut(api: Api, platform: Platform, key, value):
    refused = api.template(values={key: value})
    assert refused["errcode"] == 47003
    assert f"data.{key}.value invalid" in refused["errmsg"]
    assert platform.received(WANG) == []


@pytest.mark.parametrize("value", ["2026-11-21", "16:30", "2026年11月21日 16:30", "2026-11-21 08:00~2026-11-21 12:00"])
def test_the_ways_to_write_a_time(api: Api, value):
    assert api.template(values={"time4": value})["errcode"] == 0


def test_an_unknown_template_is_refused(api: Api):
    assert api.template(template_id="X" * 43)["errcode"] == 40037


def test_the_same_client_msg_id_is_delivered_once_within_ten_minutes(api: Api, platform: Platform, clock: Clock):
    first, again = api.template(client_msg_id="push-7"), api.template(client_msg_id="push-7")
    assert first["msgid"] == again["msgid"]
    assert len(platform.received(WANG)) == 1
    clock.passes(601)
    assert api.template(client_msg_id="push-7")["msgid"] != first["msgid"]
    assert api.template()["msgid"] != api.template()["msgid"]


def test_a_subscription_notice_needs_one_acceptance_each(api: Api, platform: Platform, webhook: Webhook):
    wish = {"touser": WANG, "template_id": TICKET, "data": {"thing2": {"value": "停水"}}}
    wish["data"] |= {"character_string1": {"value": "1"}, "phrase3": {"value": "通知"}, "time4": {"value": "8:00"}}
    assert api.post("message/subscribe/bizsend", wish, access_token=api.token)["errcode"] == 43101
    platform.accept_subscription(WANG, TICKET)
    assert platform.journal.wait_for(lambda entry: isinstance(entry, Exchange))
    assert webhook.seen[0]["SubscribeMsgPopupEvent"]["List"]["SubscribeStatusString"] == "accept"
    answers = [api.post("message/subscribe/bizsend", wish, access_token=api.token)["errcode"] for _ in range(2)]
    assert answers == [0, 43101]
    assert platform.received(WANG)[0].subscription


def test_many_senders_at_once_share_one_allowance(api: Api, platform: Platform):
    platform.say(WANG, "你好")
    token, codes = api.token, []
    wish = {"touser": WANG, "msgtype": "text", "text": {"content": "回"}}
    send = lambda: codes.append(api.post("message/custom/send", wish, access_token=token)["errcode"])  # noqa: E731
    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0] * 5 + [45047] * 7
