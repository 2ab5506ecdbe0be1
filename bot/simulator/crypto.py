"""WeChat's signature and AES envelope, written from the platform's side.

It shares no code with the bot's own edge, so that each proves the other.
"""

import base64
import binascii
import hashlib
import secrets
import struct
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # WeChat pads to 32 bytes, not to AES's 16


class EnvelopeError(Exception):
    """The answer's envelope can't be opened, or was sealed for somebody else."""


def sign(*parts: str) -> str:
    """The platform's only kind of signature: no separators, so the order must not matter."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Envelope:
    key: bytes = field(repr=False)
    app_id: str

    @classmethod
    def of(cls, aes_key: str, app_id: str) -> Self:
        return cls(base64.b64decode(aes_key + "="), app_id)

    def seal(self, text: str) -> str:
        message = text.encode()
        plain = secrets.token_bytes(16) + struct.pack(">I", len(message)) + message + self.app_id.encode()
        missing = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def open(self, sealed: str) -> str:
        plain = self._unpadded(sealed)
        length = struct.unpack(">I", plain[16:20])[0]
        message, app_id = plain[20 : 20 + length], plain[20 + length :]
        if len(message) != length or app_id != self.app_id.encode():
            raise EnvelopeError("密文里的长度或 AppID 不对")
        try:
            return message.decode()
        except UnicodeDecodeError as error:
            raise EnvelopeError("密文里不是 UTF-8") from error

    def _unpadded(self, sealed: str) -> bytes:
        try:
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
        except (binascii.Error, ValueError) as error:
            raise EnvelopeError("密文不完整") from error
        padding = plain[-1] if plain else 0
        if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding or len(plain) - padding < 20:
            raise EnvelopeError("密文的补位不对")
        return plain[:-padding]

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.key[:16]))
