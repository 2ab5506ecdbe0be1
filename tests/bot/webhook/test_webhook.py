"""The webhook in its three modes: who is heard, what is answered."""

import time
from dataclasses import dataclass, field

import pytest
import wechat_side as wechat
from flask import Flask
from malformed import TEXT
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.webhook.settings import Mode, WebhookSettings
from bot.webhook.view import log_id, webhook
from handlers.dialogue.message import Kind, Message

APOLOGY = "抱歉，系统暂时忙，请稍后再发一次。"


@dataclass
class Bot:
    """The handlers' side: says what it is told to, remembers what it heard."""

    says: str | Exception = "已登记"
    heard: list[Message] = field(default_factory=list)

    def __call__(self, message: Message) -> str:
        self.heard.append(message)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def a_client(bot, mode=Mode.SAFE, **changed):
    ways = {name: changed.pop(name, None) for name in ("failed", "in_danger")}
    settings = {"token": wechat.TOKEN, "aes_key": wechat.AES_KEY, "app_id": wechat.APP_ID, "gh_id": wechat.GH_ID}
    app = Flask("test")
    app.register_blueprint(
        webhook(WebhookSettings(**(settings | {"mode": mode} | changed)), bot, apology=APOLOGY, **ways)
    )
    return app.test_client()


def post(client, call):
    return client.post(call.path, data=call.body, content_type="text/xml")


def test_the_address_check_echoes_byte_for_byte():
    call = wechat.Call(b"", extra={"echostr": "58463 +ü\u4e2d<b>"})
    answer = a_client(Bot()).get(call.path)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.data == "58463 +ü\u4e2d<b>".encode()


@pytest.mark.parametrize("broken", ["signature", "timestamp", "nonce"])
def test_the_address_check_refuses_what_is_missing(broken):
    call = wechat.Call(b"", extra={"echostr": "1", broken: ""})
    assert a_client(Bot()).get(call.path).status_code == 403


def test_an_address_check_without_echostr_is_malformed():
    assert a_client(Bot()).get(wechat.Call(b"").path).status_code == 400


@pytest.mark.parametrize("age", [601, 86400, -601])
def test_a_stale_or_future_timestamp_is_refused_with_its_age_in_the_log(age):
    bot = Bot()
    call = wechat.safe_call(TEXT, timestamp=str(int(time.time()) - age))
    with capture_logs() as logs:
        assert post(a_client(bot), call).status_code == 403
    assert logs[0]["reason"] == "stale"
    assert abs(logs[0]["age_seconds"] - age) <= 2
    assert not bot.heard


@pytest.mark.parametrize("age", [0, 5, 590, -590])
def test_a_message_may_be_some_minutes_on_its_way(age):
    call = wechat.safe_call(TEXT, timestamp=str(int(time.time()) - age))
    assert post(a_client(Bot()), call).status_code == 200


def test_a_digit_moved_from_nonce_to_timestamp_is_refused_though_the_signature_holds():
    now = str(int(time.time()))
    honest = wechat.Call(TEXT, timestamp=now, nonce="5" + "7" * 9)
    moved = wechat.Call(TEXT, timestamp=now + "5", nonce="7" * 9)
    assert wechat.sha1_of_sorted(now, honest.nonce) == wechat.sha1_of_sorted(moved.timestamp, moved.nonce)
    assert post(a_client(Bot(), Mode.PLAIN), honest).status_code == 200
    assert post(a_client(Bot(), Mode.PLAIN), moved).status_code == 403


def test_a_safe_message_gets_a_sealed_reply():
    bot, call = Bot(), wechat.safe_call(TEXT)
    answer = post(a_client(bot), call)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    assert wechat.read_sealed(answer.text, call) == wechat.Shown(wechat.OPENID, wechat.GH_ID, "text", "已登记")
    assert [(m.text, m.kind) for m in bot.heard] == [("3号楼电梯又坏了", Kind.TEXT)]


def test_a_message_under_the_previous_key_is_answered_under_it():
    client = a_client(Bot(), previous_aes_key=wechat.OLD_AES_KEY)
    for key in (wechat.OLD_AES_KEY, wechat.AES_KEY):
        call = wechat.safe_call(TEXT, key)
        assert wechat.read_sealed(post(client, call).text, call, key).content == "已登记"


def test_a_plain_message_gets_a_plain_reply():
    answer = post(a_client(Bot(), Mode.PLAIN, aes_key="", app_id=""), wechat.Call(TEXT))
    assert wechat.read_plain(answer.text).content == "已登记"


def test_compatible_mode_answers_what_is_encrypted():
    client = a_client(Bot(), Mode.COMPAT)
    inner = TEXT.decode().removeprefix("<xml>").removesuffix("</xml>").replace("电梯", "假冒")
    both = wechat.sealed_call(wechat.encrypt(TEXT), plain=inner.split("</ToUserName>")[1])
    assert wechat.read_sealed(post(client, both).text, both).content == "已登记"


def test_compatible_mode_believes_the_encrypted_words_alone():
    bot = Bot()
    forged = (
        TEXT.decode().removeprefix("<xml>").removesuffix("</xml>").replace("电梯", "假冒").split("</ToUserName>")[1]
    )
    post(a_client(bot, Mode.COMPAT), wechat.sealed_call(wechat.encrypt(TEXT), plain=forged))
    assert [m.text for m in bot.heard] == ["3号楼电梯又坏了"]


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.COMPAT])
@pytest.mark.parametrize("extra", [{}, {"encrypt_type": "raw"}, {"encrypt_type": "aes"}])
def test_safe_and_compatible_mode_take_no_plain_message(extra, mode):
    bot = Bot()
    assert post(a_client(bot, mode), wechat.Call(TEXT, extra=extra)).status_code == 403
    assert not bot.heard


def test_a_redelivery_passes_with_the_same_signature_and_nonce():
    bot, call = Bot(), wechat.safe_call(TEXT)
    client = a_client(bot)
    for _ in range(4):
        assert wechat.read_sealed(post(client, call).text, call).content == "已登记"
    assert len({m.key for m in bot.heard}) == 1


@pytest.mark.parametrize("nothing", ["", "  \n", "\x00\x07", "\ud800"])
def test_nothing_to_say_is_a_bare_success(nothing):
    answer = post(a_client(Bot(nothing)), wechat.safe_call(TEXT))
    assert (answer.status_code, answer.data) == (200, b"success")


def test_who_unfollowed_is_not_answered():
    event = TEXT.replace(b"[text]", b"[event]").replace(b"</xml>", b"<Event><![CDATA[unsubscribe]]></Event></xml>")
    bot = Bot("再见")
    assert post(a_client(bot), wechat.safe_call(event)).data == b"success"
    assert [m.event for m in bot.heard] == ["unsubscribe"]


def test_a_failing_answer_becomes_an_apology_and_a_line_without_personal_data():
    bot, call = Bot(ValueError("张三 13800000000 " + wechat.OPENID)), wechat.safe_call(TEXT)
    with capture_logs() as logs:
        answer = post(a_client(bot), call)
    assert wechat.read_sealed(answer.text, call).content == APOLOGY
    assert [line["event"] for line in logs] == ["answer_failed"]
    assert logs[0]["error"] == "ValueError"
    assert logs[0]["message_id"] == log_id(bot.heard[0].key)
    assert logs[0]["at"][-1].startswith("test_webhook.py:")
    assert wechat.OPENID not in str(logs)
    assert "13800000000" not in str(logs)


@pytest.mark.parametrize(
    "error", [OperationalError("insert", {}, OSError()), UnicodeEncodeError("utf-8", "x", 0, 1, "?")]
)
def test_whatever_breaks_while_a_failed_message_is_kept_its_writer_gets_words(error):
    def failed(_message, name):
        assert name == "ValueError"
        raise error

    call = wechat.safe_call(TEXT)
    with capture_logs() as logs:
        answer = post(a_client(Bot(ValueError("张三")), failed=failed), call)
    assert answer.status_code == 200
    assert wechat.read_sealed(answer.text, call).content == APOLOGY
    assert [line["event"] for line in logs] == ["answer_failed", "failure_not_kept"]


def _broken(_message, apology):
    raise ValueError(apology)


@pytest.mark.parametrize(
    ("in_danger", "said"),
    [(lambda _message, apology: f"先打119。{apology}", f"先打119。{APOLOGY}"), (_broken, APOLOGY)],
)
def test_behind_an_answer_that_failed_stands_what_to_do_first(in_danger, said):
    call = wechat.safe_call(TEXT)
    answer = post(a_client(Bot(ValueError("张三")), failed=_broken, in_danger=in_danger), call)
    assert wechat.read_sealed(answer.text, call).content == said


def test_without_a_gh_id_the_reply_comes_from_the_account_that_was_written_to():
    call = wechat.safe_call(TEXT)
    assert wechat.read_sealed(post(a_client(Bot(), gh_id=""), call).text, call).sender == wechat.GH_ID


@pytest.mark.parametrize("mode", list(Mode))
def test_the_probe_of_the_path_is_answered_only_under_a_signature(mode):
    bot = Bot()
    probe = wechat.Call(b"<xml><action>CheckContainerPath</action></xml>")
    client = a_client(bot, mode)
    assert post(client, probe).data == b"success"
    assert client.post("/wechat", data=probe.body).status_code == 403
    assert not bot.heard


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"token": ""}, "TOKEN"),
        ({"aes_key": ""}, "AES_KEY"),
        ({"aes_key": "short"}, "43"),
        ({"aes_key": "x" * 42 + "!"}, "43"),
        ({"previous_aes_key": "中" * 43}, "43"),
        ({"app_id": ""}, "APP_ID"),
        ({"mode": "secure"}, "secure"),
    ],
)
def test_a_slip_in_the_settings_shows_at_the_start(changed, words):
    with pytest.raises(ValueError, match=words):
        a_client(Bot(), **changed)


def test_settings_print_no_secret():
    shown = repr(WebhookSettings(wechat.TOKEN, wechat.AES_KEY, wechat.APP_ID))
    assert wechat.TOKEN not in shown
    assert wechat.AES_KEY not in shown
