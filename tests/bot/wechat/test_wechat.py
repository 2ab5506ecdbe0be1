"""The gateway against a real HTTP server: what it sends, and what it makes of every kind of answer."""

import json
import logging
import socket
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fake_api import Says, says, serving
from structlog.testing import capture_logs

from bot.wechat.access_token import SharedToken, Token, TokensInMemory
from bot.wechat.errors import KINDS, Trouble, WeChatError
from bot.wechat.gateway import Gateway, Sent
from bot.wechat.http import Timeouts

SECRET = "0123456789abcdef0123456789abcdef"
APP_ID = "wx0123456789abcdef"
OPENID = "oXyT-0aBcDeFgHiJkLmNoPqRsTuV"
SEND = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
TOKEN = "/cgi-bin/stable_token"


@pytest.fixture
def api():
    with serving() as api:
        api.put(SEND, says(errcode=0, errmsg="ok"))
        api.put(TEMPLATE, says(errcode=0, errmsg="ok", msgid=2400684071922892800))
        yield api


HURRIED = Timeouts(read=0.4, whole=1)


def a_gateway(api, store=None, timeouts=None):
    return Gateway(APP_ID, SECRET, store or TokensInMemory(), api.url, timeouts)


def refused(call):
    with pytest.raises(WeChatError) as caught:
        call()
    return caught.value


def test_a_text_goes_out_as_raw_utf8_with_the_token(api):
    assert a_gateway(api).send_text(OPENID, "您的诉求已派单🔧") == Sent()
    (asked,) = api.calls(SEND)
    assert asked.json == {"touser": OPENID, "msgtype": "text", "text": {"content": "您的诉求已派单🔧"}}
    assert "已派单🔧".encode() in asked.raw
    assert asked.query["access_token"].startswith("TOKEN-1")
    assert asked.content_type == "application/json; charset=utf-8"


def test_a_long_text_is_cut_to_what_the_platform_takes(api):
    a_gateway(api).send_text(OPENID, "长" * 5000, ending="…余下略")
    content = api.calls(SEND)[0].json["text"]["content"]
    assert len(content.encode()) <= 2048
    assert content.endswith("长…余下略")


def test_a_template_goes_out_with_fitting_fields_and_brings_its_id_back(api):
    data = {"thing1": "德尚小区3号楼二单元电梯又坏了，困住两个人，请快来", "time2": "2026年11月21日 15:01"}
    sent = a_gateway(api).send_template(OPENID, "T" * 43, data, url="https://example.org/t/1", client_msg_id="push-7")
    assert sent == Sent("2400684071922892800")
    assert api.calls(TEMPLATE)[0].json == {
        "touser": OPENID,
        "template_id": "T" * 43,
        "data": {
            "thing1": {"value": "德尚小区3号楼二单元电梯又坏了，困住两…"},
            "time2": {"value": "2026年11月21日 15:01"},
        },
        "url": "https://example.org/t/1",
        "client_msg_id": "push-7",
    }


def test_the_token_is_asked_for_in_the_stable_way(api):
    a_gateway(api).send_text(OPENID, "好")
    assert api.calls(TOKEN)[0].json == {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_code_has_its_kind_and_is_sent_once(api, code):
    api.put(SEND, says(errcode=code, errmsg=f"no rid: 65f0a1b2-1a2b3c4d-0e1f2a3b {OPENID} {SECRET}"))
    error = refused(lambda: a_gateway(api).send_text(OPENID, "好"))
    assert (error.code, error.kind) == (code, KINDS[code])
    assert error.reason == "no rid: 65f0a1b2-1a2b3c4d-0e1f2a3b … …"
    assert len(api.calls(SEND)) == (2 if code in {40001, 40014, 42001} else 1)


def test_a_code_that_nobody_knows_may_pass(api):
    api.put(SEND, says(errcode=99999, errmsg="?"))
    assert refused(lambda: a_gateway(api).send_text(OPENID, "好")).kind is Trouble.BUSY


@pytest.mark.parametrize(
    "answer",
    [
        Says(b"<html>502 proxy</html>", content_type="text/html"),
        Says(b""),
        Says(b'"ok"'),
        Says(b"[0]"),
        Says(b"[" * 100_000),
        Says(b'{"errcode":"abc"}'),
        Says(b'{"errcode":true}'),
        Says(b"{}"),
        Says(b'{"errcode":0'),
        Says(b"\xff\xfe"),
        Says(b"busy", status=500),
        Says(b'{"errcode":0}', status=503),
        Says(b"", status=429),
    ],
    ids=lambda answer: f"{answer.status} {answer.body[:16]!r}",
)
def test_an_answer_that_is_none_is_tried_again_later(api, answer):
    api.put(SEND, answer)
    assert refused(lambda: a_gateway(api).send_text(OPENID, "好")).kind is Trouble.BUSY


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404])
def test_a_status_of_something_on_the_way_may_pass_and_no_redirect_is_followed(api, status):
    api.put(SEND, Says(b"", status=status, headers={"Location": api.url + "/elsewhere"}))
    assert refused(lambda: a_gateway(api).send_text(OPENID, "好")).kind is Trouble.BUSY
    assert not api.calls("/elsewhere")


@pytest.mark.parametrize(
    "answer",
    [
        Says(b'{"errcode":0}', wait=5),
        Says(b'{"errcode":0,"errmsg":"ok"}', cut=9),
        Says(b'{"errcode":0}', cut=0),
        Says(b'{"errcode":0,"errmsg":"' + b"o" * 200 + b'"}', drip=0.05),
        Says(b"not gzip at all", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["late", "cut", "no body", "dripping", "not gzip"],
)
def test_what_was_sent_without_a_whole_answer_may_have_arrived(api, answer):
    store = TokensInMemory()
    a_gateway(api, store).check_credentials()
    gateway = a_gateway(api, store, HURRIED)
    api.put(SEND, answer)
    started = time.monotonic()
    assert refused(lambda: gateway.send_text(OPENID, "好")).kind is Trouble.UNKNOWN
    assert time.monotonic() - started < 4


def test_a_question_without_an_answer_may_be_asked_again(api):
    gateway = a_gateway(api, timeouts=HURRIED)
    api.put("/cgi-bin/user/info", Says(b"{}", wait=1))
    assert refused(lambda: gateway.user_subscribed(OPENID)).kind is Trouble.BUSY


def test_a_late_token_means_that_nothing_was_sent(api):
    api.put(TOKEN, Says(b"{}", wait=1))
    assert refused(lambda: a_gateway(api, timeouts=HURRIED).send_text(OPENID, "好")).kind is Trouble.BUSY
    assert not api.calls(SEND)


def test_no_connection_is_tried_again_later(api):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        api.url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        assert refused(lambda: a_gateway(api).send_text(OPENID, "好")).kind is Trouble.BUSY


@pytest.mark.parametrize(
    "answer",
    [
        says(expires_in=7200),
        says(access_token="T"),
        says(access_token=1, expires_in=9),
        says(access_token="T", expires_in=10**15),
    ],
)
def test_a_token_answer_without_a_token_is_tried_again_later(api, answer):
    api.put(TOKEN, answer)
    assert refused(lambda: a_gateway(api).send_text(OPENID, "好")).kind is Trouble.BUSY


@pytest.mark.parametrize("code", [40013, 40125, 40164])
def test_wrong_credentials_are_for_a_person_and_asked_once(api, code):
    api.put(TOKEN, says(errcode=code, errmsg="invalid"))
    error = refused(lambda: a_gateway(api).send_text(OPENID, "好"))
    assert (error.code, error.kind) == (code, Trouble.ACCOUNT)
    assert len(api.calls(TOKEN)) == 1


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_refused_token_is_replaced_once_and_the_message_sent_again(api, code):
    api.put(SEND, says(errcode=code, errmsg="invalid credential"), says(errcode=0, errmsg="ok"))
    gateway = a_gateway(api)
    assert gateway.send_text(OPENID, "好") == Sent()
    assert [asked.query["access_token"][:7] for asked in api.calls(SEND)] == ["TOKEN-1", "TOKEN-2"]
    gateway.send_text(OPENID, "再")
    assert len(api.calls(TOKEN)) == 2


def test_a_refused_token_that_the_platform_hands_out_again_is_forced_out_once(api):
    def stable(asked):
        return says(access_token="NEW" if asked.json.get("force_refresh") else "OLD", expires_in=7200)

    api.put(TOKEN, stable)
    api.put(SEND, lambda asked: says(errcode=0 if asked.query["access_token"] == "NEW" else 40001))
    assert a_gateway(api).send_text(OPENID, "好") == Sent()
    assert [asked.json.get("force_refresh") for asked in api.calls(TOKEN)] == [None, None, True]


def test_a_token_refused_for_ever_is_not_forced_out_for_ever(api):
    api.put(TOKEN, says(access_token="OLD", expires_in=7200))
    api.put(SEND, says(errcode=40001, errmsg="invalid credential"))
    gateway = a_gateway(api)
    for _ in range(5):
        assert refused(lambda: gateway.send_text(OPENID, "好")).kind is Trouble.ACCOUNT
    assert len(api.calls(SEND)) == 10
    assert sum(asked.json.get("force_refresh", False) for asked in api.calls(TOKEN)) == 1


def test_ten_threads_with_a_cold_token_fetch_it_once(api):
    store, ready = TokensInMemory(), threading.Barrier(10)
    gateways = [a_gateway(api, store, Timeouts()) for _ in range(5)] * 2
    api.put(TOKEN, lambda _: Says(says(access_token="ONLY", expires_in=7200).body, wait=0.2))

    def send(gateway):
        ready.wait()
        return gateway.send_text(OPENID, "好")

    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(send, gateways)) == [Sent()] * 10
    assert len(api.calls(TOKEN)) == 1
    assert len(api.calls(SEND)) == 10


def test_ten_threads_with_a_refused_token_replace_it_once(api):
    store, ready = TokensInMemory(), threading.Barrier(10)
    store.write(f"wechat:{APP_ID}", Token("DEAD", datetime.now(UTC) + timedelta(hours=1)))
    api.put(SEND, lambda asked: says(errcode=40001 if asked.query["access_token"] == "DEAD" else 0))
    gateway = a_gateway(api, store, Timeouts())

    def send(_):
        ready.wait()
        return gateway.send_text(OPENID, "好")

    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(send, range(10))) == [Sent()] * 10
    assert len(api.calls(TOKEN)) == 1


def test_a_token_near_its_end_is_fetched_anew(api):
    store = TokensInMemory()
    store.write(f"wechat:{APP_ID}", Token("PAST", datetime.now(UTC) - timedelta(seconds=1)))
    a_gateway(api, store).send_text(OPENID, "好")
    assert api.calls(SEND)[0].query["access_token"].startswith("TOKEN-1")
    left = store.read(f"wechat:{APP_ID}").expires_at - datetime.now(UTC)
    assert timedelta(seconds=6900) < left <= timedelta(seconds=6960)


def test_a_fetcher_that_dies_with_the_lease_holds_nobody_for_ever():
    store = TokensInMemory()
    store.claim("x", datetime.now(UTC) + timedelta(seconds=0.2))
    fresh = Token("T", datetime.now(UTC) + timedelta(hours=1))
    assert SharedToken("x", store, lambda *, force: fresh).value() == "T"


def test_after_a_failed_fetch_the_next_call_fetches_at_once(api):
    gateway = a_gateway(api)
    api.put(TOKEN, Says(b"", status=500), api.a_new_token)
    assert refused(lambda: gateway.send_text(OPENID, "好")).kind is Trouble.BUSY
    started = time.monotonic()
    assert gateway.send_text(OPENID, "好") == Sent()
    assert time.monotonic() - started < 5  # no lease was left, which would hold it up for fifteen


def test_media_come_with_their_type(api):
    api.put("/cgi-bin/media/get", Says(b"\xff\xd8jpeg", content_type="image/jpeg"))
    assert a_gateway(api).download_media("M1") == (b"\xff\xd8jpeg", "image/jpeg")
    assert api.calls("/cgi-bin/media/get")[0].query["media_id"] == "M1"


def test_media_that_are_gone_are_an_error_not_a_picture(api):
    api.put("/cgi-bin/media/get", Says(b'{"errcode":40007,"errmsg":"invalid media_id"}', content_type="text/plain"))
    assert refused(lambda: a_gateway(api).download_media("M1")).code == 40007


def test_media_that_only_look_like_an_answer_are_media(api):
    for odd in (b"{" + b'"a":[' * 600, b"{\xff", b"{}" + b" " * 5000):
        api.put("/cgi-bin/media/get", Says(odd, content_type="audio/amr"))
        assert a_gateway(api).download_media("M1") == (odd, "audio/amr")


def test_a_video_is_fetched_from_its_own_address_without_the_token(api):
    api.put("/cgi-bin/media/get", says(video_url=api.url + "/video.mp4"))
    api.put("/video.mp4", Says(b"mp4", content_type="video/mp4"))
    assert a_gateway(api).download_media("M1") == (b"mp4", "video/mp4")
    assert api.calls("/video.mp4")[0].query == {}


def test_an_endless_medium_is_not_kept(api, monkeypatch):
    monkeypatch.setattr("bot.wechat.gateway._MOST_MEDIA", 1000)
    api.put("/cgi-bin/media/get", Says(b"x" * 2000, content_type="image/jpeg"))
    assert refused(lambda: a_gateway(api).download_media("M1")).kind is Trouble.CONTENT


def test_a_picture_goes_up_as_a_form(api):
    api.put("/cgi-bin/media/upload", says(type="image", media_id="NEW", created_at=1))
    assert a_gateway(api).upload_media("image", "figures.png", b"\x89PNG", "image/png") == "NEW"
    (asked,) = api.calls("/cgi-bin/media/upload")
    assert asked.query["type"] == "image"
    assert asked.content_type.startswith("multipart/form-data")
    assert b'name="media"; filename="figures.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n' in asked.raw


def test_a_menu_is_made(api):
    api.put("/cgi-bin/menu/create", says(errcode=0, errmsg="ok"))
    a_gateway(api).create_menu({"button": [{"type": "click", "name": "我的诉求", "key": "mine"}]})
    assert json.loads(api.calls("/cgi-bin/menu/create")[0].raw)["button"][0]["name"] == "我的诉求"


@pytest.mark.parametrize(("answer", "follows"), [({"subscribe": 1}, True), ({"subscribe": 0}, False)])
def test_who_follows(api, answer, follows):
    api.put("/cgi-bin/user/info", says(openid=OPENID, **answer))
    assert a_gateway(api).user_subscribed(OPENID) is follows


def test_no_secret_and_no_token_is_in_any_error_or_log(api, caplog):
    caplog.set_level(logging.DEBUG)
    gateway = a_gateway(api, timeouts=HURRIED)
    hostile = [Says(b"", wait=1), Says(b"{}", cut=1), Says(b"", status=500), says(errcode=40001, errmsg="TOKEN-1" * 30)]
    said = []
    with capture_logs() as logs:
        for answer in hostile:
            api.put(SEND, answer)
            error = refused(lambda: gateway.send_text(OPENID, "好"))
            said += [repr(error), str(error), "".join(traceback.format_exception(error))]
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            api.url = f"http://127.0.0.1:{closed.getsockname()[1]}"
            store = TokensInMemory()
            store.write(f"wechat:{APP_ID}", Token("TOKEN-9", datetime.now(UTC) + timedelta(hours=1)))
            error = refused(lambda: a_gateway(api, store).user_subscribed(OPENID))
            said += [repr(error), str(error), "".join(traceback.format_exception(error))]
    words = "".join([*said, caplog.text, str(logs)])
    assert "no connection" in words
    assert SECRET not in words
    assert "TOKEN-" not in words
    assert OPENID not in words


def test_a_token_shows_no_value():
    assert "wechat-token" not in repr(Token("wechat-token", datetime.now(UTC)))
