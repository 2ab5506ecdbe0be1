"""The program as it is served, attacked from outside: nothing gets a 5xx, nothing changes a row, and it goes on."""

import base64
import gzip
import os
import re
import socket
import statistics
import time
from urllib.parse import urlencode

import pytest
import requests
import wechat_side as wechat
from filled_tables import content
from malformed import MALFORMED, NONCES, SIGNATURES, TEXT
from whole_program import environment, served

from bot.webhook.envelope import Envelope, EnvelopeError
from models.connecting import connect

pytestmark = pytest.mark.slow

REPORT = TEXT.replace(wechat.OPENID.encode(), b"oAttacked")
HOUR = 3600


@pytest.fixture(scope="module")
def town(databases, model, tmp_path_factory):
    """Where it is, and how to look at all of its rows."""
    url = databases.fresh("sqlite", with_town=True)
    with served(environment(url, tmp_path_factory.mktemp("attacked")), workers=1) as address:
        engine = connect(url)
        yield address, lambda: content(engine)
        engine.dispose()


def signed(xml=REPORT, **changed):
    """A message as the platform would send it, but for what is changed."""
    extra = changed.pop("extra", {})
    call = wechat.safe_call(xml, **changed)
    call.extra = extra
    return call


def old(seconds):
    return str(int(time.time()) - seconds)


def plain(xml=REPORT, **extra):
    return wechat.Call(xml, extra=extra)


def broken(tail):
    """Rightly signed, wrongly padded or framed."""
    framed = wechat.frame(REPORT)
    return wechat.sealed_call(wechat.encrypt_blocks(framed + tail(32 - len(framed) % 32)))


def with_query(text):
    call = signed()
    path, _, _ = call.path.partition("?")
    return f"{path}?{text}", call.body


def _short(head):
    """The name of a test stands in the environment of the processes it starts, where 300 KB don't fit."""
    return ascii(head[:60])


ATTACKS = {
    "no signature at all": lambda: ("/wechat", REPORT),
    "a plain message in safe mode": plain,
    **{f"signature {wrong[:12]!r}": lambda wrong=wrong: signed(extra={"signature": wrong}) for wrong in SIGNATURES},
    **{f"msg_signature {wrong[:12]!r}": lambda w=wrong: signed(extra={"msg_signature": w}) for wrong in SIGNATURES},
    **{f"nonce {nonce[:12]!r}": lambda nonce=nonce: signed(nonce=nonce) for nonce in NONCES},
    "an hour old": lambda: signed(timestamp=old(HOUR)),
    "an hour ahead": lambda: signed(timestamp=old(-HOUR)),
    "another account's": lambda: signed(app_id="wx9999999999999999"),
    "another key's": lambda: signed(key=wechat.OLD_AES_KEY),
    "padding of zeros": lambda: broken(lambda room: b"\x00" * room),
    "padding too long": lambda: broken(lambda room: bytes([room + 64]) * room),
    "padding of different bytes": lambda: broken(lambda room: os.urandom(room - 1) + bytes([room])),
    "not base64": lambda: wechat.sealed_call("不是base64"),
    "half a block": lambda: wechat.sealed_call(base64.b64encode(b"x" * 17).decode()),
    "one random block": lambda: wechat.sealed_call(base64.b64encode(os.urandom(16)).decode()),
    "empty cipher": lambda: wechat.sealed_call(""),
    **{f"malformed {number}, signed": lambda n=number: signed(MALFORMED[n]) for number in range(0, len(MALFORMED), 3)},
    **{f"malformed {number}, bare": lambda n=number: plain(MALFORMED[n]) for number in range(1, len(MALFORMED), 3)},
    "ten megabytes": lambda: plain(REPORT + b" " * (10 << 20)),
    "a gzip bomb": lambda: plain(gzip.compress(b"\x00" * (20 << 20))),
    "an address of NUL": lambda: with_query("signature=%00&timestamp=%00&nonce=%00"),
    "an address of bytes": lambda: with_query("%ff%fe=%ff&signature=%ed%a0%80"),
    "parameters as lists": lambda: with_query(urlencode({"signature[]": "a", "timestamp[]": "1"})),
    "huge numbers": lambda: with_query(urlencode({"signature": "9" * 900, "timestamp": "9" * 900, "nonce": "9" * 900})),
}


def attack(address, what):
    call = ATTACKS[what]()
    path, body = call if isinstance(call, tuple) else (call.path, call.body)
    try:
        return requests.post(address + path, data=body, timeout=10).status_code
    except requests.ConnectionError:
        return 413  # hung up on while it was still sending


def test_no_attack_gets_a_5xx_or_changes_a_row_and_the_program_goes_on(town):
    address, rows = town
    before = rows()
    answers = {what: attack(address, what) for what in ATTACKS}
    assert {what: status for what, status in answers.items() if not 400 <= status < 500} == {}
    assert rows() == before
    call = signed()
    assert requests.post(address + call.path, data=call.body, timeout=30).status_code == 200
    assert len(rows()["inbound"]) == len(before["inbound"]) + 1


RAW = [
    b"Transfer-Encoding: gzip\r\n", b"Transfer-Encoding: xchunked\r\n", b"Transfer-Encoding: chunked, chunked\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 9\r\nContent-Length: 8\r\n",
    b"Content-Length: " + b"9" * 40 + b"\r\n", b"Content-Length: \xb2\r\n", b"X y: 1\r\n", b" : 1\r\n", b"X: " + b"a" * 300_000 + b"\r\n",
    b"".join(b"X%d: a\r\n" % number for number in range(5000)), b"Upgrade: websocket\r\n", b"Expect: 200-ok\r\n", b"X: \x00\r\n",
]  # fmt: skip
LINES = [
    b"POST /wechat HTTP/9.9", b"POST /wechat", b"\x00\x00", b"\x16\x03\x01\x02\x00\x01", b"PRI * HTTP/2.0", b"GET * HTTP/1.1", b"GET",
    b"POST /wechat?signature=\xff\xfe HTTP/1.1", b"GET /\xff\xfe HTTP/1.1", b"GET /%00%0d%0aX:1 HTTP/1.1", b"GET /" + b"a" * 300_000,
    b"GET http://elsewhere/wechat HTTP/1.1", b"A" * 5000 + b" / HTTP/1.1",
]  # fmt: skip


@pytest.mark.parametrize(
    "head", [*(b"POST /wechat HTTP/1.1\r\nHost: a\r\n" + each for each in RAW), *LINES], ids=_short
)
def test_what_is_no_request_at_all_is_4xx_or_hung_up_on(town, head):
    """Below Flask: what the server itself says."""
    host, port = town[0].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        try:
            connection.sendall(head.rstrip(b"\r\n") + b"\r\nConnection: close\r\n\r\n0\r\n\r\n")
            said = connection.recv(4096)
        except ConnectionError:
            return
    assert not said or re.match(rb"HTTP/1\.[01] 4\d\d ", said), said[:100]
    assert b"Traceback" not in said


@pytest.mark.parametrize(
    "path", ["/", "/wechat/", "/wechat/..", "/simulator", "/admin", "/.git/config", "/files/x", "/%00", "/metrics/x"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "TRACE"])
def test_an_address_that_is_nobody_s_business_is_4xx(town, path, method):
    answer = requests.request(method, town[0] + path, data=b"x", timeout=30)
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_message_said_again_by_somebody_who_recorded_it_changes_nothing(town):
    address, rows = town
    call = signed(REPORT.replace(b"24837465930182736", b"24837465930182799"))
    first = requests.post(address + call.path, data=call.body, timeout=30)
    then = rows()
    again = [requests.post(address + call.path, data=call.body, timeout=30) for _ in range(3)]
    assert rows() == then
    words = {wechat.read_sealed(each.text, call).content for each in (first, *again)}
    assert len(words) == 1


STRANGE = [
    "]]>", "]]></Content><FromUserName>oThief</FromUserName><Content>", "🙂" * 500, "𠮷𠮷𪚥" * 200, "\u202e反过来", "a\u0301" * 300,
    "<xml>&amp;</xml>", "９" * 400, "'; drop table tickets; --", "{number} {team} %s %(x)s", "=cmd|' /C calc'!A0", "\u200b", "\ufeff",
    "１２３４５６７８９０" * 50, "−1", "99999999999999999999", "办结 99999999999999999999 好", "长" * 600, "a\x85\x07\x0b",
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(STRANGE)))
def test_whatever_a_resident_writes_comes_back_in_sound_xml_within_the_platform_s_limit(town, number):
    xml = (
        f"<xml><ToUserName>{wechat.GH_ID}</ToUserName><FromUserName>oStrange{number}</FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>"
        + STRANGE[number].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        + f"</Content><MsgId>{10**17 + number}</MsgId></xml>"
    )
    call = signed(xml.encode())
    answer = requests.post(town[0] + call.path, data=call.body, timeout=30)
    assert answer.status_code == 200
    said = wechat.read_sealed(answer.text, call)
    assert said.to == f"oStrange{number}"
    assert 0 < len(said.content.encode()) <= 2048


# -- what a forger could learn from the time an answer takes -------------------------------------------------------

ENVELOPE = Envelope(wechat.TOKEN, wechat.APP_ID, (wechat.AES_KEY,))


def refused_in(call) -> float:
    started = time.thread_time_ns()
    with pytest.raises(EnvelopeError):
        ENVELOPE.open(call.encrypted, call.extra["msg_signature"], call.timestamp, call.nonce)
    return time.thread_time_ns() - started


def test_bad_padding_takes_as_long_as_another_owner_and_is_refused_alike(town):
    """Signed rightly, as only the holder of the token could: even then the padding is no oracle."""
    ways = {
        "owner": lambda: wechat.safe_call(REPORT, app_id="wx9999999999999999"),
        "padding": lambda: broken(lambda room: b"\x00" * room),
        "length": lambda: wechat.sealed_call(wechat.encrypt_blocks(wechat.pad(wechat.frame(REPORT, length=2**31)))),
    }
    answers = set()
    for make in ways.values():
        call = make()
        answer = requests.post(town[0] + call.path, data=call.body, timeout=30)
        answers.add((answer.status_code, answer.text, tuple(sorted(set(answer.headers) - {"Date"}))))
    assert len(answers) == 1
    times = {name: [] for name in ways}
    for _ in range(400):
        for name, make in ways.items():
            call = make()
            call.extra["msg_signature"] = wechat.sha1_of_sorted(
                wechat.TOKEN, call.timestamp, call.nonce, call.encrypted
            )
            times[name].append(refused_in(call))
    middle = {name: statistics.median(each) for name, each in times.items()}
    assert max(middle.values()) < 1.3 * min(middle.values()), middle
