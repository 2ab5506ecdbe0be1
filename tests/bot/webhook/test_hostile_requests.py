"""What nobody but an attacker, a broken proxy or a lunatic sends: 4xx, one line in the log, and no word to the handlers."""

from itertools import product
from urllib.parse import urlencode

import pytest
import wechat_side as wechat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from malformed import MALFORMED, NONCES, NOW, SIGNATURES, TEXT, TIMESTAMPS
from structlog.testing import capture_logs
from test_webhook import Bot, a_client, post

from bot.webhook.settings import Mode


def test_there_are_enough_of_them():
    assert len(MALFORMED) > 80
    assert len(set(MALFORMED)) == len(MALFORMED)


@pytest.mark.parametrize("number", range(len(MALFORMED)))
def test_a_malformed_body_is_refused_in_every_mode_with_one_line(number):
    """Signed and encrypted as if WeChat itself had written it."""
    body, bot = MALFORMED[number], Bot()
    calls = [(Mode.PLAIN, wechat.Call(body)), (Mode.COMPAT, wechat.Call(body)), (Mode.SAFE, wechat.Call(body))]
    calls += [(Mode.SAFE, wechat.safe_call(body)), (Mode.COMPAT, wechat.safe_call(body))]
    for mode, call in calls:
        with capture_logs() as logs:
            answer = post(a_client(bot, mode), call)
        assert answer.status_code in {400, 403, 413}, (mode, body[:80])
        assert len(answer.data) < 40
        assert [line["event"] for line in logs] == ["wechat_request_refused"]
        assert wechat.OPENID not in str(logs)
        assert "电梯" not in str(logs)
    assert not bot.heard


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.COMPAT])
@pytest.mark.parametrize("root", [b"XML", b"html", b"x"])
def test_an_envelope_of_another_name_is_refused(mode, root):
    bot, call = Bot(), wechat.safe_call(TEXT)
    renamed = call.body.replace(b"<xml>", b"<" + root + b">").replace(b"</xml>", b"</" + root + b">")
    assert renamed != call.body
    assert a_client(bot, mode).post(call.path, data=renamed).status_code == 400
    assert not bot.heard


@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.PLAIN])
def test_a_message_cut_anywhere_is_refused(mode):
    bot = Bot()
    client = a_client(bot, mode)
    for length in range(len(TEXT)):
        call = wechat.safe_call(TEXT[:length]) if mode is Mode.SAFE else wechat.Call(TEXT[:length])
        assert post(client, call).status_code == 400, TEXT[:length]
    assert not bot.heard


MISSHAPEN = [(timestamp, "n1") for timestamp in TIMESTAMPS] + [(NOW, nonce) for nonce in NONCES]


# Numbered: a name with the hour in it would be another one in each of the processes that run the suite.
@pytest.mark.parametrize(("timestamp", "nonce"), MISSHAPEN, ids=[f"case{number}" for number in range(len(MISSHAPEN))])
def test_a_misshapen_timestamp_or_nonce_is_refused_though_signed(timestamp, nonce):
    bot = Bot()
    for mode, method in product(Mode, ["GET", "POST"]):
        call = wechat.safe_call(TEXT, timestamp=timestamp, nonce=nonce, extra={"echostr": "1"})
        assert a_client(bot, mode).open(call.path, method=method, data=call.body).status_code == 403
    assert not bot.heard


@pytest.mark.parametrize("name", ["signature", "msg_signature"])
@pytest.mark.parametrize("wrong", [*SIGNATURES, "UPPER", "CUT", "LONGER"])
@pytest.mark.parametrize("mode", [Mode.SAFE, Mode.COMPAT])
def test_a_wrong_signature_is_refused(mode, name, wrong):
    bot, call = Bot(), wechat.safe_call(TEXT)
    right = dict(pair.split("=") for pair in call.path.partition("?")[2].split("&"))[name]
    call.extra = {name: {"UPPER": right.upper() + "A", "CUT": right[:-1], "LONGER": right + "0"}.get(wrong, wrong)}
    assert post(a_client(bot, mode), call).status_code == 403
    assert not bot.heard


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "msg_signature"])
def test_a_parameter_given_twice_is_as_good_as_none(name):
    bot, call = Bot(), wechat.safe_call(TEXT)
    value = dict(pair.split("=") for pair in call.path.partition("?")[2].split("&"))[name]
    for twice in (f"&{name}={value}", f"&{name}=x"):
        assert a_client(bot).post(call.path + twice, data=call.body).status_code == 403
    assert not bot.heard


def test_a_signature_of_another_message_doesn_t_cover_this_one():
    bot, call, other = Bot(), wechat.safe_call(TEXT), wechat.safe_call(TEXT)
    other.encrypted = call.encrypted
    assert post(a_client(bot), other).status_code == 403
    assert not bot.heard


def test_thousands_of_parameters_are_refused():
    path = wechat.Call(b"").path + "&a=1" * 5000
    assert a_client(Bot()).get(path).status_code == 400


@pytest.mark.parametrize("size", [65537, 10 << 20])
@pytest.mark.parametrize("mode", list(Mode))
def test_a_large_body_is_refused_before_anything_is_made_of_it(mode, size):
    bot = Bot()
    call = wechat.Call(TEXT.replace(b"</xml>", b"<a>" + b"x" * size + b"</a></xml>"))
    assert post(a_client(bot, mode), call).status_code == 413
    assert post(a_client(bot, mode, max_bytes=20 << 20), wechat.safe_call(TEXT)).status_code in {200, 400}
    assert len(bot.heard) == (mode is not Mode.PLAIN)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_other_methods_do_nothing(method):
    bot = Bot()
    assert a_client(bot).open("/wechat", method=method, data=TEXT).status_code < 500
    assert not bot.heard


HOW = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEARD = Bot()
CLIENTS = {mode: a_client(HEARD, mode) for mode in Mode}


def never_heard(answer):
    assert 400 <= answer.status_code < 500
    assert not HEARD.heard


@HOW
@given(st.sampled_from(list(Mode)), st.binary(max_size=300), st.binary(max_size=300))
def test_noise_is_refused(mode, query, body):
    address = {"QUERY_STRING": query.decode("latin-1")}
    never_heard(CLIENTS[mode].post("/wechat", environ_overrides=address, data=body))
    never_heard(CLIENTS[mode].get("/wechat", environ_overrides=address))


@HOW
@given(
    st.sampled_from(list(Mode)),
    st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "echostr"]), st.text()),
)
def test_made_up_parameters_are_refused(mode, query):
    address = urlencode(query, errors="surrogatepass")
    never_heard(CLIENTS[mode].get("/wechat", query_string=address))
    never_heard(CLIENTS[mode].post("/wechat", query_string=address, data=TEXT))


@HOW
@given(
    st.sampled_from(list(Mode)), st.binary(max_size=300) | st.text("<>/xml&;![]CDATA\"' a", max_size=80).map(str.encode)
)
def test_signed_noise_is_refused(mode, body):
    never_heard(post(CLIENTS[mode], wechat.Call(body)))
    never_heard(post(CLIENTS[mode], wechat.safe_call(body)))


@HOW
@given(st.data())
def test_an_envelope_with_a_changed_byte_says_what_was_sealed_or_nothing(data):
    bot, call = Bot(), wechat.safe_call(TEXT)
    at = data.draw(st.integers(0, len(call.body) - 1))
    call.body = call.body[:at] + bytes([data.draw(st.integers(0, 255))]) + call.body[at + 1 :]
    assert post(a_client(bot), call).status_code in {200, 400, 403}
    assert {message.text for message in bot.heard} <= {"3号楼电梯又坏了"}


@HOW
@given(st.data())
def test_a_signed_message_with_a_changed_byte_is_answered_or_refused(data):
    body = bytearray(TEXT)
    body[data.draw(st.integers(0, len(TEXT) - 1))] = data.draw(st.integers(0, 255))
    answer = post(a_client(Bot()), wechat.safe_call(bytes(body)))
    assert answer.status_code in {200, 400}
