"""From a phone to the webhook and back: what is sent, how often, and which answers the platform takes."""

import threading
from dataclasses import replace

import pytest
from echo_account import Webhook, running_webhook
from flask import Response
from simulated_wechat import STRANGER, WANG

from bot.simulator.account import Mode
from bot.simulator.chat_bodies import Clip, Link, Notice, Picture, Spot, Voice, Words
from bot.simulator.events import Click, Follow, Scan, Unfollow, View, Whereabouts
from bot.simulator.journal import Side, Verdict
from bot.simulator.platform import OUTAGE, NotFollowingError, Platform
from bot.simulator.server import DEMO_ACCOUNT, running_platform


def test_a_text_goes_out_sealed_and_its_answer_stands_in_the_chat(platform: Platform, webhook: Webhook):
    outcome = platform.say(WANG, "3号楼电梯又坏了")
    assert outcome.verdict is Verdict.REPLIED
    assert [(line.side, line.body) for line in platform.chat(WANG)] == [
        (Side.PERSON, Words("3号楼电梯又坏了")),
        (Side.ACCOUNT, Words("收到：3号楼电梯又坏了")),
    ]
    fields, query = webhook.seen[0], webhook.queries[0]
    assert (fields["ToUserName"], fields["FromUserName"]) == (DEMO_ACCOUNT.gh_id, WANG)
    assert fields["CreateTime"] == query["timestamp"] == "1800000000"
    assert 0 < int(fields["MsgId"]) < 1 << 63
    assert (query["openid"], query["encrypt_type"]) == (WANG, "aes")
    assert webhook.headers[0]["Content-Type"] == "text/xml"


@pytest.mark.parametrize("mode", list(Mode))
def test_all_three_modes_are_spoken(mode: Mode):
    account = replace(DEMO_ACCOUNT, mode=mode)
    with running_webhook(Webhook(account)) as webhook, running_platform(account, followers=[WANG]) as platform:
        platform.point_at(webhook.url)
        assert platform.say(WANG, "你好").body == Words("收到：你好")
        assert ("Encrypt" in webhook.seen[0]) is False
        assert ("encrypt_type" in webhook.queries[0]) is (mode is not Mode.PLAIN)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (Words("一", menu_id="101"), {"MsgType": "text", "Content": "一", "bizmsgmenuid": "101"}),
        (Words("<b>]]></xml>&\x00好"), {"MsgType": "text", "Content": "<b>]]></xml>&好"}),
        (Picture("m1"), {"MsgType": "image", "MediaId": "m1"}),
        (Voice("m2", 7), {"MsgType": "voice", "MediaId": "m2", "Format": "amr", "Recognition": None}),
        (Voice("m2", 7, "路灯坏了"), {"MsgType": "voice", "Recognition": "路灯坏了"}),
        (Clip("m3"), {"MsgType": "video", "MediaId": "m3"}),
        (
            Spot(37.1452, 111.7721, "德尚小区"),
            {"MsgType": "location", "Location_X": "37.145200", "Location_Y": "111.772100", "Label": "德尚小区"},
        ),
        (Link("标题", "说明", "https://example.org/"), {"MsgType": "link", "Url": "https://example.org/"}),
        (Follow("deshang-3"), {"Event": "subscribe", "EventKey": "qrscene_deshang-3"}),
        (Scan("deshang-3"), {"Event": "SCAN", "EventKey": "deshang-3"}),
        (Click("进度"), {"MsgType": "event", "Event": "CLICK", "EventKey": "进度"}),
        (View("https://example.org/"), {"Event": "VIEW", "EventKey": "https://example.org/"}),
        (Whereabouts(37.1, 111.7), {"Event": "LOCATION", "Latitude": "37.100000", "Longitude": "111.700000"}),
        (Unfollow(), {"Event": "unsubscribe"}),
    ],
)
def test_every_kind_is_delivered_as_the_platform_writes_it(platform: Platform, webhook: Webhook, what, expected: dict):
    platform.deliver(WANG, what)
    fields = webhook.seen[0]
    assert {key: fields.get(key) for key in expected} == expected
    assert ("MsgId" in fields) is (fields["MsgType"] != "event")


def test_silence_is_no_fault(platform: Platform, webhook: Webhook):
    webhook.reply = lambda _fields: ""
    assert platform.say(WANG, "你好").verdict is Verdict.SILENT
    webhook.respond = lambda _fields: Response("")
    assert platform.say(WANG, "你好").verdict is Verdict.SILENT
    assert platform.received(WANG) == []


def bent(webhook: Webhook, text: str = "好", **changed: str):
    return lambda fields: Response(webhook.sealed(webhook.xml(fields, text, **changed)))


def unsigned(webhook: Webhook):
    return lambda fields: Response(
        webhook.sealed(webhook.xml(fields, "好")).replace("<MsgSignature><![CDATA[", "<MsgSignature><![CDATA[0")
    )


WRONG_ANSWERS = {
    "too long": (lambda hook: bent(hook, "好" * 683), "超过 2048 字节"),
    "empty": (lambda hook: bent(hook, " "), "空的"),
    "another person": (lambda hook: bent(hook, ToUserName=STRANGER), "ToUserName"),
    "the app id as sender": (lambda hook: bent(hook, FromUserName=DEMO_ACCOUNT.app_id), "FromUserName"),
    "no time": (lambda hook: bent(hook, CreateTime="now"), "CreateTime"),
    "an unknown type": (lambda hook: bent(hook, MsgType="poem"), "poem"),
    "a false signature": (unsigned, "签名"),
    "plain text in safe mode": (lambda hook: lambda fields: Response(hook.xml(fields, "好")), "明文"),
    "JSON": (lambda _hook: lambda _fields: Response('{"ok": true}'), "XML"),
    "a DTD": (lambda _hook: lambda _fields: Response("<!DOCTYPE xml [<!ENTITY a 'b'>]><xml>&a;</xml>"), "DTD"),
    "Success": (lambda _hook: lambda _fields: Response("Success"), "XML"),
}


@pytest.mark.parametrize("name", list(WRONG_ANSWERS))
def test_a_wrong_answer_shows_the_outage_notice(platform: Platform, webhook: Webhook, name: str):
    make, reason = WRONG_ANSWERS[name]
    webhook.respond = make(webhook)
    outcome = platform.say(WANG, "你好")
    assert outcome.verdict is Verdict.OUTAGE
    assert reason in outcome.reason
    assert platform.chat(WANG)[-1].body == Notice(OUTAGE)
    assert len(webhook.seen) == 1


def test_an_envelope_sealed_for_another_account_is_refused(platform: Platform, webhook: Webhook):
    webhook.account = replace(DEMO_ACCOUNT, app_id="wxffffffffffffffff")
    sealed_elsewhere = bent(webhook)
    webhook.respond = sealed_elsewhere
    webhook.opened = lambda query, body: Webhook(DEMO_ACCOUNT).opened(query, body)
    assert "AppID" in platform.say(WANG, "你好").reason


@pytest.mark.parametrize("status", [201, 204, 302, 403, 500])
def test_a_status_other_than_200_is_tried_three_times_with_the_very_same_request(
    platform: Platform, webhook: Webhook, status: int
):
    webhook.respond = lambda _fields: Response("success" if status != 204 else "", status)
    outcome = platform.say(WANG, "你好")
    assert (outcome.verdict, outcome.tries) == (Verdict.OUTAGE, 3)
    assert webhook.queries[0] == webhook.queries[1] == webhook.queries[2]
    assert webhook.seen[0] == webhook.seen[2]
    assert platform.chat(WANG)[-1].body == Notice(OUTAGE)


def test_a_slow_first_answer_is_asked_for_again_and_the_second_counts(platform: Platform, webhook: Webhook):
    platform.patience = 1
    second = threading.Event()

    def slow_once(fields: dict) -> str:
        number = len(webhook.seen)
        second.wait(30) if number == 1 else second.set()
        return f"第{number}次"

    webhook.reply = slow_once
    outcome = platform.say(WANG, "你好")
    assert (outcome.verdict, outcome.tries) == (Verdict.REPLIED, 2)
    assert platform.received(WANG) == [Words("第2次")]


def test_nobody_at_the_address_shows_the_notice(platform: Platform):
    platform.point_at("http://127.0.0.1:9/wechat")
    outcome = platform.say(WANG, "你好")
    assert (outcome.verdict, outcome.tries) == (Verdict.OUTAGE, 3)
    assert platform.chat(WANG)[-1].body == Notice(OUTAGE)


def test_who_leaves_is_shown_nothing_more_and_can_not_write(platform: Platform, webhook: Webhook):
    platform.deliver(WANG, Unfollow())
    assert platform.received(WANG) == []
    assert len(webhook.seen) == 1
    with pytest.raises(NotFollowingError):
        platform.say(WANG, "你好")
    with pytest.raises(NotFollowingError):
        platform.say(STRANGER, "你好")
    platform.deliver(WANG, Follow())
    assert platform.say(WANG, "我回来了").verdict is Verdict.REPLIED
