"""WeChat's side of the webhook, written from its documentation with bare primitives: nothing of the program is used."""

import base64
import hashlib
import os
import struct
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "whistletoken2026"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_AES_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
APP_ID = "wx0123456789abcdef"
GH_ID = "gh_f3a1c09b77e2"
OPENID = "oXyT-0aBcDeFgHiJkLmNoPqRsTuV"


def sha1_of_sorted(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def _aes(encoding_aes_key: str):
    key = base64.b64decode(encoding_aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def frame(content: bytes, app_id: str = APP_ID, length: int | None = None) -> bytes:
    size = len(content) if length is None else length
    return os.urandom(16) + struct.pack(">I", size) + content + app_id.encode()


def pad(framed: bytes) -> bytes:
    count = 32 - len(framed) % 32
    return framed + bytes([count]) * count


def encrypt_blocks(padded: bytes, key: str = AES_KEY) -> str:
    encryptor = _aes(key).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def encrypt(content: bytes, key: str = AES_KEY, app_id: str = APP_ID) -> str:
    return encrypt_blocks(pad(frame(content, app_id)), key)


def decrypt(encrypted: str, key: str = AES_KEY, app_id: str = APP_ID) -> str:
    decryptor = _aes(key).decryptor()
    padded = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    count = padded[-1]
    assert 1 <= count <= 32
    assert padded[-count:] == bytes([count]) * count
    body = padded[16:-count]
    (length,) = struct.unpack(">I", body[:4])
    assert body[4 + length :].decode() == app_id
    return body[4 : 4 + length].decode()


@dataclass
class Call:
    """One request as the platform sends it: what the address says and what the body says."""

    body: bytes
    timestamp: str = field(default_factory=lambda: str(int(time.time())))
    nonce: str = "1320562132"
    encrypted: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        query = {"signature": sha1_of_sorted(TOKEN, self.timestamp, self.nonce), "timestamp": self.timestamp}
        query |= {"nonce": self.nonce, "openid": OPENID}
        if self.encrypted:
            signed = sha1_of_sorted(TOKEN, self.timestamp, self.nonce, self.encrypted)
            query |= {"encrypt_type": "aes", "msg_signature": signed}
        return "/wechat?" + urlencode(query | self.extra)


def safe_call(content: bytes, key: str = AES_KEY, app_id: str = APP_ID, **fields: object) -> Call:
    return sealed_call(encrypt(content, key, app_id), **fields)


def sealed_call(encrypted: str, plain: str = "", **fields: object) -> Call:
    body = f"<xml><ToUserName><![CDATA[{GH_ID}]]></ToUserName>{plain}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return Call(body.encode(), encrypted=encrypted, **fields)


@dataclass(frozen=True)
class Shown:
    """A reply as the platform reads it."""

    to: str
    sender: str
    kind: str
    content: str


def read_plain(body: str) -> Shown:
    root = ET.fromstring(body)  # noqa: S314 -- our own reply
    assert root.tag == "xml"
    texts = {child.tag: child.text or "" for child in root}
    assert len(texts) == len(root), "a tag stands twice"
    assert texts["CreateTime"].isdigit()
    return Shown(texts["ToUserName"], texts["FromUserName"], texts["MsgType"], texts["Content"])


def read_sealed(body: str, call: Call, key: str = AES_KEY) -> Shown:
    texts = {child.tag: child.text or "" for child in ET.fromstring(body)}  # noqa: S314
    assert set(texts) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
    assert texts["Nonce"] == call.nonce
    signed = sha1_of_sorted(TOKEN, texts["TimeStamp"], texts["Nonce"], texts["Encrypt"])
    assert texts["MsgSignature"] == signed
    return read_plain(decrypt(texts["Encrypt"], key))
