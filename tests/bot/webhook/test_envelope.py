"""Encryption against WeChat's side written apart, and the one answer that all broken envelopes get."""

import base64
import os

import pytest
import wechat_side as wechat
from malformed import TEXT
from test_webhook import Bot, a_client, post

from bot.webhook.envelope import Envelope, EnvelopeError

ENVELOPE = Envelope(wechat.TOKEN, wechat.APP_ID, (wechat.AES_KEY, wechat.OLD_AES_KEY))
FRAMED = wechat.frame(TEXT)


def opened(encrypted):
    signature = wechat.sha1_of_sorted(wechat.TOKEN, "1763690000", "n", encrypted)
    return ENVELOPE.open(encrypted, signature, "1763690000", "n")


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 14, 31, 32, 33, 2048, 60_000])
@pytest.mark.parametrize("key", [wechat.AES_KEY, wechat.OLD_AES_KEY])
def test_what_the_platform_seals_is_opened_with_the_key_that_it_used(size, key):
    content = os.urandom(size)
    found = opened(wechat.encrypt(content, key))
    assert (found.content, found.key) == (content, key)


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 14, 31, 32, 33, 2048])
def test_what_we_seal_is_opened_by_the_platform(size):
    content = "好" * size
    sealed = ENVELOPE.seal(content, wechat.AES_KEY, 1763690000, "n1")
    encrypted = sealed.split("[CDATA[")[1].split("]]")[0]
    assert wechat.decrypt(encrypted) == content


def test_a_vector_made_with_openssl_and_sha1sum_is_opened():
    """`openssl enc -aes-256-cbc -nopad` over 0123456789abcdef, the length, hello, the app id and 23 bytes of padding."""
    vector = "Q3stYC6hdFzMh9T8HCvyDDrouvTz3APBku4UX4XxgL/stiiThr4MqcqwK3F9YK9hZJ7WsX58pF3lltCZPwiUIA=="
    assert ENVELOPE.open(vector, "e0d793dd365efd3bf3e3155d4e14a5762a389d74", "1763690000", "n1").content == b"hello"


def test_two_seals_of_one_text_differ():
    assert len({ENVELOPE.seal("好", wechat.AES_KEY, 1763690000, "n") for _ in range(20)}) == 20


def broken_envelopes():
    blocks = wechat.pad(FRAMED)
    whole = base64.b64decode(wechat.encrypt_blocks(blocks))
    count = blocks[-1]
    yield from (wechat.encrypt_blocks(blocks[:-1] + bytes([last])) for last in range(256) if last != count)
    yield from (wechat.encrypt_blocks(blocks[:-count] + bytes([count ^ 1]) + blocks[1 - count :]) for _ in range(1))
    yield from (wechat.encrypt_blocks(longer(FRAMED, over)) for over in (32, 64, 128))
    yield from (wechat.encrypt_blocks(bytes([n]) * 32) for n in (0, 1, 16, 32, 33, 255))
    yield wechat.encrypt(TEXT, app_id="wx_another_account")
    yield wechat.encrypt(TEXT, app_id="")
    yield wechat.encrypt(TEXT, app_id=wechat.APP_ID + "x")
    yield wechat.encrypt(TEXT, key="z" * 42 + "E")
    for length in (0, 1, len(TEXT) - 1, len(TEXT) + 1, 2**31, 2**32 - 1):
        yield wechat.encrypt_blocks(wechat.pad(wechat.frame(TEXT, length=length)))
    yield from (base64.b64encode(whole[:n]).decode() for n in (0, 1, 15, 16, 17, 32, len(whole) - 16))
    yield from (base64.b64encode(os.urandom(n)).decode() for n in (16, 32, 48, 1024))
    yield from ("", "====", "中文", "a", "AAAA\nAAAA", base64.b64encode(whole).decode().rstrip("=") + "!", " ")


def longer(framed, over):
    """Padding that is whole and right but for its length."""
    count = over + 32 - len(framed) % 32
    return framed + bytes([count]) * count


BROKEN = list(broken_envelopes())


def test_no_broken_envelope_is_opened():
    for encrypted in BROKEN:
        with pytest.raises(EnvelopeError) as caught:
            opened(encrypted)
        assert caught.value.args == ()


def test_every_broken_envelope_gets_one_and_the_same_answer():
    bot = Bot()
    client = a_client(bot)
    unsigned = wechat.sealed_call(wechat.encrypt(TEXT), extra={"msg_signature": "0" * 40})
    answers = {seen(post(client, wechat.sealed_call(encrypted))) for encrypted in BROKEN} | {
        seen(post(client, unsigned))
    }
    assert answers == {(403, b"Forbidden", "text/plain")}
    assert not bot.heard


def seen(answer):
    return answer.status_code, answer.data, answer.mimetype


def test_an_envelope_shows_no_key():
    for secret in (wechat.TOKEN, wechat.AES_KEY, wechat.OLD_AES_KEY):
        assert secret not in repr(ENVELOPE)


def test_a_signature_of_other_letters_is_no_signature():
    with pytest.raises(EnvelopeError):
        ENVELOPE.open(wechat.encrypt(TEXT), "ü\u4e2d" * 20, "1763690000", "n")
