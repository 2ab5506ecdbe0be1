"""Media, menu, followers and the faults that can be switched on."""

import time

import pytest
import requests
from simulated_wechat import STRANGER, WANG, Api, Clock

from bot.simulator.events import Unfollow
from bot.simulator.faults import Garbles, Hangs, Refuses
from bot.simulator.platform import Platform

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def upload(api: Api, content: bytes, kind: str = "image") -> dict:
    url = f"{api.platform.api_base}/cgi-bin/media/upload"
    files = {"media": ("photo.png", content, "image/png")}
    return requests.post(url, params={"access_token": api.token, "type": kind}, files=files, timeout=30).json()


def test_uploaded_media_come_back_byte_for_byte_and_are_gone_after_three_days(api: Api, clock: Clock):
    media_id = upload(api, PNG)["media_id"]
    got = api.get("media/get", access_token=api.token, media_id=media_id)
    assert (got.content, got.headers["Content-Type"]) == (PNG, "image/png")
    clock.passes(3 * 86_400 + 1)
    assert api.get("media/get", access_token=api.token, media_id=media_id).json()["errcode"] == 40007


@pytest.mark.parametrize(
    ("content", "kind", "errcode"),
    [
        (b"<html>", "image", 40005),
        (PNG, "poem", 40004),
        (b"#!AMR\n" + b"\x00" * (2 << 20), "voice", 45001),
    ],
)
def test_what_is_no_medium_is_refused(api: Api, content: bytes, kind: str, errcode: int):
    assert upload(api, content, kind)["errcode"] == errcode


def test_a_picture_of_a_resident_can_be_fetched_by_its_address_without_a_token(api: Api, platform: Platform):
    media_id = upload(api, PNG)["media_id"]
    assert requests.get(f"{platform.api_base}/pictures/{media_id}", timeout=30).content == PNG
    assert requests.get(f"{platform.api_base}/pictures/none", timeout=30).status_code == 404


def test_a_follower_is_told_from_one_who_left_and_from_a_stranger(api: Api, platform: Platform):
    info = api.get("user/info", access_token=api.token, openid=WANG).json()
    assert (info["subscribe"], info["openid"]) == (1, WANG)
    assert "nickname" not in info
    platform.deliver(WANG, Unfollow())
    assert api.get("user/info", access_token=api.token, openid=WANG).json() == {"subscribe": 0, "openid": WANG}
    assert api.get("user/info", access_token=api.token, openid=STRANGER).json()["errcode"] == 40003


def test_a_menu_is_kept_as_it_was_given(api: Api):
    assert api.get("menu/get", access_token=api.token).json()["errcode"] == 46003
    button = [{"name": "我要吹哨", "sub_button": [{"type": "view", "name": "说明", "url": "https://example.org/"}]}]
    assert api.post("menu/create", {"button": button}, access_token=api.token)["errcode"] == 0
    assert api.get("menu/get", access_token=api.token).json() == {"menu": {"button": button}}
    assert api.get("menu/delete", access_token=api.token).json()["errcode"] == 0
    assert api.get("menu/get", access_token=api.token).json()["errcode"] == 46003


CLICK = {"type": "click", "name": "帮助", "key": "help"}


@pytest.mark.parametrize(
    ("button", "errcode"),
    [
        ([CLICK] * 4, 40016),
        ([], 40016),
        ([CLICK | {"name": "六个字的名字"}], 40018),
        ([CLICK | {"key": "k" * 129}], 40019),
        ([{"type": "view", "name": "看", "url": "javascript:alert(1)"}], 40020),
        ([{"name": "更多", "sub_button": [CLICK] * 6}], 40023),
        (["帮助"], 47001),
    ],
)
def test_a_menu_beyond_the_limits_is_refused(api: Api, button: list, errcode: int):
    assert api.post("menu/create", {"button": button}, access_token=api.token)["errcode"] == errcode


def test_a_wrong_path_and_a_wrong_method_are_named(api: Api):
    assert api.get("no/such/thing").json()["errcode"] == 40066
    assert api.get("stable_token").json()["errcode"] == 43002
    assert api.post("user/info", {}, access_token=api.token)["errcode"] == 43001


def test_faults_strike_the_chosen_path_for_the_chosen_number_of_calls(api: Api, platform: Platform):
    platform.say(WANG, "你好")
    platform.faults.inject(Refuses(-1), calls=2, path="message/custom/send")
    assert [api.custom("回")["errcode"] for _ in range(3)] == [-1, -1, 0]


def test_a_garbled_answer_is_a_200_that_is_not_json(api: Api, platform: Platform):
    platform.faults.inject(Garbles())
    got = api.get("getcallbackip", access_token="any")
    assert got.status_code == 200
    assert b"Bad Gateway" in got.content


def test_a_call_that_hangs_may_have_taken_effect_all_the_same(api: Api, platform: Platform):
    token = api.token
    platform.faults.inject(Hangs(0.3, after=True))
    began = time.monotonic()
    wish = {"touser": WANG, "msgtype": "text", "text": {"content": "回"}}
    platform.say(WANG, "你好")
    assert api.post("message/custom/send", wish, access_token=token)["errcode"] == 0
    assert time.monotonic() - began >= 0.3
    platform.faults.inject(Hangs(0.01))
    assert api.post("message/custom/send", wish, access_token=token)["errcode"] == -1
    assert len(platform.received(WANG)) == 2
