"""Hostile requests, so many for each mode of encryption: the same ones at every run, each with what must become of it.

Written from the platform's documentation and from what attackers, proxies and broken phones send; of a larger number
a fixed choice is taken. `make hostile` sends them to the program as it is served, a test sends a share.
"""

import base64
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

import wechat_side as wechat
from malformed import MALFORMED, NONCES, NOW, SIGNATURES, TEXT, TIMESTAMPS
from odd_messages import oddities

COUNTS = {"safe": 512, "compat": 512, "plain": 431}
SEED = 20261130


class Due(Enum):
    """What must become of a request."""

    REFUSED = "refused"
    ANSWERED = "answered"
    EITHER = "either"
    """What was changed by chance may have hit what nobody reads"""


@dataclass(frozen=True)
class Attack:
    """One request."""

    kind: str
    path: str
    body: bytes = TEXT
    due: Due = Due.REFUSED
    method: str = "POST"


def attacks(mode: str) -> list[Attack]:
    """As many as there should be of this mode."""
    made = [*addresses(mode), *bodies(mode), *changed(mode), *methods(mode)]
    made += [sent("odd", honest(mode, xml), Due.ANSWERED) for xml in oddities()]
    if mode != "plain":
        made += [*envelopes(mode), *downgrades(mode)]
    made = list(dict.fromkeys(made))
    chosen = sorted(random.Random(SEED).sample(range(len(made)), COUNTS[mode]))
    return [made[number] for number in chosen]


def honest(mode: str, xml: bytes = TEXT, **fields: str) -> wechat.Call:
    """A message as the platform sends it in this mode, but for what is given."""
    if mode == "plain":
        return wechat.Call(xml, **fields)
    return around(mode, wechat.encrypt(xml), xml, **fields)


def around(mode: str, encrypted: str, xml: bytes = TEXT, **fields: str) -> wechat.Call:
    """In compatible mode the fields stand in plain beside the envelope."""
    beside = xml.decode().partition("</ToUserName>")[2].removesuffix("</xml>") if mode == "compat" else ""
    return wechat.sealed_call(encrypted, beside, **fields)


def sent(kind: str, call: wechat.Call, due: Due = Due.REFUSED, **extra: str) -> Attack:
    call.extra |= extra
    return Attack(kind, call.path, call.body, due)


def addresses(mode: str) -> Iterator[Attack]:
    yield Attack("address", "/wechat")
    for wrong in (*SIGNATURES, "0" * 39 + "1"):
        yield sent("address", honest(mode), signature=wrong)
    for timestamp in (*TIMESTAMPS, str(int(NOW) - 3600), str(int(NOW) + 3600), "0000000000"):
        yield sent("address", honest(mode, timestamp=timestamp))
    for nonce in NONCES:
        yield sent("address", honest(mode, nonce=nonce))
    moved = honest(mode, timestamp=NOW, nonce="57777777")
    yield Attack("address", moved.path.replace(NOW, NOW + "5").replace("57777777", "7777777"), moved.body)
    for name in ("signature", "timestamp", "nonce"):
        yield sent("address", honest(mode), **{name: ""})
        for again in ("x", NOW, ""):
            call = honest(mode)
            twice = Due.REFUSED if again else Due.EITHER  # an empty one is none
            yield Attack("address", f"{call.path}&{name}={again}", call.body, twice)
    strange = [
        "signature[]=a",
        "%00=%00",
        "signature=%ff%fe",
        "a=1&" * 5000,
        "signature=" + "9" * 5000,
        ";;;",
        "?" * 99,
    ]
    for query in strange:
        yield Attack("address", f"/wechat?{query}", honest(mode).body)


def bodies(mode: str) -> Iterator[Attack]:
    """What is no message, signed and sealed as if the platform had written it."""
    for body in MALFORMED:
        yield sent("body", wechat.Call(body) if mode == "plain" else wechat.safe_call(body))
    for length in range(0, len(TEXT), 3):
        yield sent("body cut", wechat.Call(TEXT[:length]) if mode == "plain" else wechat.safe_call(TEXT[:length]))
    for size in (65_537, 1 << 18, 10 << 20):
        yield sent("size", wechat.Call(TEXT + b" " * size))


def downgrades(mode: str) -> Iterator[Attack]:
    """A message in plain where it must be sealed."""
    for how in ("", "raw", "aes", "AES", "none", "0", "plain"):
        for body in (TEXT, MALFORMED[0], TEXT.replace(b"</xml>", b"<Encrypt></Encrypt></xml>")):
            yield sent("plain where sealed", wechat.Call(body), encrypt_type=how)
            yield sent("plain where sealed", wechat.Call(body), encrypt_type=how, msg_signature="0" * 40)
    for body in MALFORMED[::2]:
        yield sent("plain where sealed", wechat.Call(body))
    real = honest(mode)
    for empty in (b"<Encrypt/>", b"<Encrypt> </Encrypt>", b"<Encrypt><a>b</a></Encrypt>", b"<encrypt>x</encrypt>", b""):
        start, end = real.body.index(b"<Encrypt>"), real.body.index(b"</Encrypt>") + len(b"</Encrypt>")
        yield Attack("plain where sealed", real.path, real.body[:start] + empty + real.body[end:])


def envelopes(mode: str) -> Iterator[Attack]:
    """What only somebody with the token could sign, wrongly sealed; and seals of others."""
    for wrong in (*SIGNATURES, "0" * 39 + "1"):
        yield sent("envelope", honest(mode), msg_signature=wrong)
    other = around(mode, wechat.encrypt(TEXT))
    yield Attack("envelope", honest(mode).path, other.body)
    framed = wechat.frame(TEXT)
    room = 32 - len(framed) % 32
    wrong_tails = [bytes([value]) * room for value in range(0, 256, 5) if value != room]
    wrong_tails += [os.urandom(room - 1) + bytes([room]), bytes([room]) * (room - 1) + b"\x00"]
    sealed = [wechat.encrypt_blocks(framed + tail) for tail in wrong_tails]
    lies = (0, 1, len(TEXT) - 1, len(TEXT) + 1, len(TEXT) + 18, 2**16, 2**31, 2**32 - 1)
    sealed += [wechat.encrypt_blocks(wechat.pad(wechat.frame(TEXT, length=length))) for length in lies]
    sealed += [wechat.encrypt(TEXT, app_id=name) for name in ("wx9999999999999999", "", wechat.APP_ID + "0", "中")]
    sealed += [wechat.encrypt(TEXT, wechat.OLD_AES_KEY), wechat.encrypt(b""), wechat.encrypt_blocks(b"\x20" * 32)]
    sealed += [base64.b64encode(os.urandom(size)).decode() for size in (1, 15, 16, 17, 32, 64, 4096)]
    right = wechat.encrypt(TEXT)
    sealed += ["", "=", "A", "不是base64", right[:-1], right[:-4], right + "A", right + "=", right[4:], right * 2]
    sealed += [right.replace(right[9], "%"), right[:40] + "\n" + right[40:], "-_" + right[2:], right.lower()]
    for encrypted in sealed:
        yield sent("envelope", around(mode, encrypted))
    for root in (b"XML", b"html", b"x", b"Encrypt"):
        call = honest(mode)
        renamed = call.body.replace(b"<xml>", b"<" + root + b">").replace(b"</xml>", b"</" + root + b">")
        yield Attack("envelope", call.path, renamed)
    call = honest(mode)
    yield Attack("envelope", call.path, call.body.replace(b"</xml>", b"<Encrypt>x</Encrypt></xml>"))
    yield Attack("envelope", call.path, b"<xml>" + call.body + b"</xml>")


def changed(mode: str) -> Iterator[Attack]:
    """A byte of the body, changed or taken out on the way. A seal holds; what is in plain may say something else."""
    chance = random.Random(SEED)
    for _ in range(120):
        call = honest(mode)
        at = chance.randrange(len(call.body))
        put_in = bytes([chance.randrange(256)]) if chance.random() < 0.7 else b""
        yield Attack("byte", call.path, call.body[:at] + put_in + call.body[at + 1 :], Due.EITHER)


def methods(mode: str) -> Iterator[Attack]:
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"):
        yield Attack("method", honest(mode).path, due=Due.REFUSED, method=method)
    for text in ("1", "5846318937584631", "<b>", "中"):
        call = honest(mode)
        yield Attack(
            "method",
            f"{call.path.replace('signature=', 'signature=0')}&{urlencode({'echostr': text})}",
            b"",
            method="GET",
        )
