"""The page's small interface, without a browser."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from flask import Flask
from samples import photo, recorded
from small_town import LI, TICKET, WANG, Town, small_config, small_town

from bot.simulator import simulator
from bot.simulator.chat_bodies import Picture, Spot, Voice, Words
from bot.simulator.journal import Side
from bot.simulator.phones.page_json import PATIENCE, WAITING

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


@pytest.fixture
def town() -> Iterator[Town]:
    with small_town() as running:
        yield running


def act(town: Town, name: str, **wish: object) -> requests.Response:
    return requests.post(f"{town.url}/{name}", json=wish, timeout=30)


def answered(town: Town, openid: str) -> bool:
    """Waits until the account's answer has come into the chat."""
    return town.platform.journal.wait_for(
        lambda entry: getattr(entry, "side", None) is Side.ACCOUNT and entry.openid == openid
    )


def test_the_page_runs_no_foreign_code(town: Town):
    page = requests.get(town.url, timeout=30)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in page.text
    assert "http" not in page.text.replace("HTTP", "")


def test_the_world_names_people_with_a_phone_places_and_samples(town: Town):
    world = requests.get(f"{town.url}/world", timeout=30).json()
    assert [person["name"] for person in world["people"]] == ["王秀英", "刘建国", "李红梅", "张伟", "陈志强", "赵主任"]
    assert all(person["following"] for person in world["people"])
    assert world["places"][0] == {"name": "德尚小区", "lat": 37.1452, "lng": 111.7721}
    assert world["samples"]["supervisor"] == ["今日"]
    assert [button["name"] for button in world["menu"]["button"]] == ["我要吹哨", "我的诉求", "帮助"]


@pytest.mark.parametrize(
    ("name", "wish", "body"),
    [
        ("say", {"text": " 路灯不亮 ", "menu_id": ""}, Words("路灯不亮")),
        ("location", {"lat": 37.1, "lng": 111.7, "label": "东门"}, Spot(37.1, 111.7, "东门")),
    ],
)
def test_an_act_goes_through_the_webhook(town: Town, name: str, wish: dict, body):
    assert act(town, name, openid=WANG, **wish).status_code == 202
    assert answered(town, WANG)
    assert town.platform.chat(WANG)[0].body == body
    assert len(town.webhook.seen) == 1


def test_a_picture_can_be_fetched_by_the_account_with_the_id_it_was_told(town: Town):
    sent = requests.post(
        f"{town.url}/picture", params={"openid": WANG}, data=PNG, headers={"Content-Type": "image/png"}, timeout=5
    )
    assert sent.status_code == 202
    assert answered(town, WANG)
    fields = town.webhook.seen[0]
    assert town.platform.chat(WANG)[0].body == Picture(fields["MediaId"])
    assert requests.get(fields["PicUrl"], timeout=30).content == PNG


@pytest.mark.parametrize(("kind", "shown"), [("HEIF", b"\xff\xd8\xff"), ("WEBP", b"RIFF")])
def test_a_phone_s_own_kind_of_picture_is_sent_as_it_is_and_shown_in_the_chat(town: Town, kind: str, shown: bytes):
    taken, headers = photo(kind=kind), {"Content-Type": "image/heic"}
    sent = requests.post(f"{town.url}/picture", params={"openid": WANG}, data=taken, headers=headers, timeout=5)
    assert sent.status_code == 202
    assert answered(town, WANG)
    fields = town.webhook.seen[0]
    assert town.platform.media.get(fields["MediaId"]).content == taken
    assert requests.get(fields["PicUrl"], timeout=30).content.startswith(shown)


def test_a_voice_brings_its_words_only_if_some_were_given(town: Town):
    assert act(town, "voice", openid=WANG, seconds=99, recognition="").status_code == 202
    assert answered(town, WANG)
    voice = town.platform.chat(WANG)[0].body
    assert isinstance(voice, Voice)
    assert (voice.seconds, town.webhook.seen[0]["Recognition"]) == (60, None)


def test_a_recording_of_the_browser_arrives_as_a_phone_sends_it(town: Town):
    sent = requests.post(
        f"{town.url}/recording",
        params={"openid": WANG},
        data=recorded(2.0),
        headers={"Content-Type": "audio/webm"},
        timeout=30,
    )
    assert sent.status_code == 202
    assert answered(town, WANG)
    voice = town.platform.chat(WANG)[0].body
    assert voice.seconds == 2
    assert town.platform.media.get(voice.media_id).content.startswith(b"#!AMR\n")
    played = requests.get(f"{town.url}/sounds/{voice.media_id}", timeout=30)
    assert (played.status_code, played.headers["Content-Type"]) == (200, "audio/mpeg")
    assert requests.get(f"{town.url}/sounds/none", timeout=30).status_code == 404


@pytest.mark.parametrize(("data", "kind"), [(b"<html>", "audio/webm"), (b"", "audio/webm"), (b"a", "text/plain")])
def test_what_is_no_recording_is_refused(town: Town, data: bytes, kind: str):
    refused = requests.post(
        f"{town.url}/recording", params={"openid": WANG}, data=data, headers={"Content-Type": kind}, timeout=30
    )
    assert refused.status_code == 400
    assert town.webhook.seen == []


def test_news_come_numbered_and_a_waiting_page_is_told_at_once(town: Town):
    epoch = requests.get(f"{town.url}/world", timeout=30).json()["epoch"]
    act(town, "say", openid=WANG, text="你好")
    answered(town, WANG)
    ask = {"after": 0, "epoch": epoch}
    news = requests.get(f"{town.url}/changes", params=ask, timeout=30).json()
    assert [change["type"] for change in news["changes"]] == ["Line", "Exchange", "Line"]
    assert [change["number"] for change in news["changes"]] == [1, 2, 3]
    assert news["changes"][2]["body"] == {"kind": "Words", "text": "收到：你好", "menu_id": "", "by_machine": False}
    rest = requests.get(f"{town.url}/changes", params=ask | {"after": 2}, timeout=30).json()
    assert [change["number"] for change in rest["changes"]] == [3]


def test_a_page_knows_what_may_still_be_sent_to_whom(town: Town):
    ask = {"after": 0, "epoch": requests.get(f"{town.url}/world", timeout=30).json()["epoch"]}
    act(town, "say", openid=WANG, text="你好")
    answered(town, WANG)
    quotas = requests.get(f"{town.url}/changes", params=ask, timeout=30).json()["quotas"]
    assert quotas.keys() == {WANG}
    assert (quotas[WANG]["left"], quotas[WANG]["notices"]) == (5, 0)
    assert 47 * 3600 < quotas[WANG]["until"] - town.platform.now() <= 48 * 3600
    town.platform.accept_subscription(WANG, TICKET)
    town.platform.allowances.spend(WANG, town.platform.now())
    quotas = requests.get(f"{town.url}/changes", params=ask, timeout=30).json()["quotas"]
    assert (quotas[WANG]["left"], quotas[WANG]["notices"]) == (4, 1)


def test_bad_days_are_switched_on_and_off(town: Town):
    asked = f"{town.url}/api/cgi-bin/getcallbackip"
    assert requests.get(asked, timeout=30).json()["errcode"] == 41001
    assert act(town, "fault", switch="away", on=True).status_code == 202
    assert requests.get(asked, timeout=30).status_code == 502
    switches = {each["name"]: each["on"] for each in requests.get(f"{town.url}/world", timeout=30).json()["faults"]}
    assert switches == {"away": True, **dict.fromkeys(("busy", "slow", "lost", "day", "rights"), False)}
    act(town, "fault", switch="away", on=False)
    assert requests.get(asked, timeout=30).json()["errcode"] == 41001
    assert act(town, "fault", switch="wecom_away", on=True).status_code == 400  # no WeCom in this town


def test_a_page_of_an_earlier_run_is_told_to_begin_anew(town: Town):
    stale = requests.get(f"{town.url}/changes", params={"after": 900, "epoch": "before"}, timeout=30).json()
    assert stale["epoch"] == town.platform.journal.epoch
    assert stale["changes"] == []


@pytest.mark.parametrize(
    ("name", "wish", "status"),
    [
        ("say", {"openid": WANG, "text": " "}, 400),
        ("say", {"openid": WANG, "text": "长" * 2001}, 400),
        ("say", {"openid": WANG, "text": 5}, 400),
        ("say", {"openid": "oNobody", "text": "你好"}, 409),
        ("location", {"openid": WANG, "lat": "x", "lng": 1}, 400),
        ("location", {"openid": WANG, "lat": 91, "lng": 1}, 400),
        ("event", {"openid": WANG, "event": "explode"}, 400),
    ],
)
def test_what_can_not_be_done_is_said_in_a_sentence(town: Town, name: str, wish: dict, status: int):
    refused = act(town, name, **wish)
    assert refused.status_code == status
    assert refused.json()["error"].endswith("。")
    assert town.webhook.seen == []


def test_another_sites_form_can_not_make_anybody_speak(town: Town):
    forged = requests.post(f"{town.url}/say", data={"openid": WANG, "text": "你好"}, timeout=30)
    assert forged.status_code == 400
    disguised = requests.post(
        f"{town.url}/picture", params={"openid": WANG}, data=PNG, headers={"Content-Type": "text/plain"}, timeout=5
    )
    assert disguised.status_code == 400
    assert town.platform.chat(WANG) == []


def test_a_newcomer_follows_before_speaking(town: Town):
    newcomer = act(town, "visitor").json()["openid"]
    assert len(newcomer) == 28
    assert act(town, "say", openid=newcomer, text="你好").status_code == 409
    assert act(town, "event", openid=newcomer, event="subscribe", key="deshang-3").status_code == 202
    assert answered(town, newcomer)
    assert town.webhook.seen[0]["EventKey"] == "qrscene_deshang-3"
    assert act(town, "say", openid=newcomer, text="你好").status_code == 202


def test_an_upload_that_is_no_picture_is_refused(town: Town):
    sent = requests.post(
        f"{town.url}/picture", params={"openid": LI}, data=b"<svg>", headers={"Content-Type": "image/png"}, timeout=5
    )
    assert sent.status_code == 400
    assert "PNG" in sent.json()["error"]


def test_pages_beyond_the_fourth_do_not_wait_so_that_the_webhook_has_threads(town: Town):
    epoch = town.platform.journal.epoch
    ask = {"after": 0, "epoch": epoch}
    with ThreadPoolExecutor(max_workers=WAITING) as pages:
        waiting = [pages.submit(requests.get, f"{town.url}/changes", params=ask, timeout=15) for _ in range(WAITING)]
        while len(town.platform.journal._changed._waiters) < WAITING:
            time.sleep(0.01)
        began = time.monotonic()
        one_more = requests.get(f"{town.url}/changes", params=ask, timeout=15).json()
        assert (one_more["wait"], one_more["changes"]) == (1, [])
        assert time.monotonic() - began < PATIENCE / 2
        act(town, "say", openid=WANG, text="你好")
        for told in waiting:
            assert told.result().json()["changes"][0]["body"]["text"] == "你好"


def test_an_app_needs_nothing_but_the_config():
    app = Flask("app")
    app.register_blueprint(simulator(small_config()))
    client = app.test_client()
    assert "吹哨".encode() in client.get("/simulator").data
    assert len(client.get("/simulator/world").json["people"]) == 6
    assert client.get("/simulator/api/cgi-bin/getcallbackip").json["errcode"] == 41001
    with client.get("/simulator/static/main.js") as script:
        assert "javascript" in script.content_type


def test_a_template_field_of_no_known_type_stops_the_start():
    with pytest.raises(ValueError, match="poem1"):
        replace(small_config(), templates={TICKET: ["poem1:诗"]})
