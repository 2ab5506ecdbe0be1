"""WeChat's encryption: AES-256-CBC around 16 random bytes, the length, the message and the app id.

wechatpy gives the cipher, the padding and the signature. Its decryption is not used: it doesn't check length and
padding, and compares with `!=`. All failures here raise the same error, so that a forger learns nothing from them.
"""

import base64
import binascii
import hmac
import secrets
import struct
from dataclasses import dataclass

from wechatpy.crypto.cryptography import WeChatCipher
from wechatpy.crypto.pkcs7 import PKCS7Encoder

from bot.webhook.signature import same, sign

_RANDOM = 16
_AES_BLOCK = 16
_LONGEST_PADDING = 32  # PKCS#7 with a block of 32, though AES has one of 16


class EnvelopeError(Exception):
    """The message can't be decrypted with our keys."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A decrypted message, and its key: the reply must be encrypted with the same."""

    content: bytes
    key: str


class Envelope:
    """Decrypts and encrypts. For some time after the key changes in the console, some messages use the previous one."""

    def __init__(self, token: str, app_id: str, keys: tuple[str, ...]) -> None:
        self._token, self._app_id = token, app_id.encode()
        self._ciphers = {key: WeChatCipher(aes_key(key)) for key in keys}

    def open(self, encrypted: str, msg_signature: str, timestamp: str, nonce: str) -> Opened:
        """Decrypt. The signature is checked first, so that nobody without the token reaches the cipher."""
        if not same(sign(self._token, timestamp, nonce, encrypted), msg_signature):
            raise EnvelopeError
        for key, cipher in self._ciphers.items():
            content = _decrypt(encrypted, cipher, self._app_id)
            if content is not None:
                return Opened(content, key)
        raise EnvelopeError

    def seal(self, content: str, key: str, timestamp: int, nonce: str) -> str:
        """The encrypted reply's XML. Needs no escaping: base64, hex, digits, and a nonce whose format was checked."""
        encrypted = _encrypt(content.encode(), self._ciphers[key], self._app_id)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{sign(self._token, str(timestamp), nonce, encrypted)}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )


def aes_key(encoding_aes_key: str) -> bytes:
    """The AES key from the console's 43 characters of base64 without the last `=`. Raises for other values."""
    try:
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("EncodingAESKey must be 43 letters and digits") from error
    if len(key) != 32:
        raise ValueError("EncodingAESKey must be 43 letters and digits")
    return key


def _encrypt(content: bytes, cipher: WeChatCipher, app_id: bytes) -> str:
    # The protocol fixes the IV; these 16 bytes replace it and must be unpredictable: wechatpy's come from `random`.
    framed = secrets.token_bytes(_RANDOM) + struct.pack(">I", len(content)) + content + app_id
    sealed: bytes = cipher.encrypt(PKCS7Encoder.encode(framed))
    return base64.b64encode(sealed).decode()


def _decrypt(encrypted: str, cipher: WeChatCipher, app_id: bytes) -> bytes | None:
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except ValueError:
        return None
    if not sealed or len(sealed) % _AES_BLOCK:
        return None
    return _unframe(cipher.decrypt(sealed), app_id)


def _unframe(framed: bytes, app_id: bytes) -> bytes | None:
    """The message, or None. All checks are always made, so that the time doesn't show which one failed."""
    padding = framed[-1]
    padded = hmac.compare_digest(framed[-padding:], bytes([padding]) * padding) and 1 <= padding <= _LONGEST_PADDING
    body = framed[_RANDOM : len(framed) - padding]
    length = int.from_bytes(body[:4], "big")
    ours = hmac.compare_digest(body[4 + length :], app_id)  # a wrong length gives another app id
    return body[4 : 4 + length] if padded and ours else None
