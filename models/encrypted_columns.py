"""Encrypted columns, which a stolen file or backup doesn't reveal.

The cipher is global to the process and set at its start, because there is one installation with one set of keys.
Without a cipher, such columns can't be written or read, so nothing is stored in plain text by mistake.
"""

from typing import Protocol

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator


class UnreadableError(Exception):
    """Encrypted with a key that this process doesn't have."""


class Cipher(Protocol):
    """Encrypts and decrypts texts. Encrypting a text twice gives two different results."""

    def seal(self, text: str) -> str: ...

    def open(self, sealed: str) -> str:
        """Raises UnreadableError."""
        ...


class _NoCipher:
    def seal(self, _text: str) -> str:
        raise UnreadableError

    open = seal


class _Safe:
    cipher: Cipher = _NoCipher()


def use(cipher: Cipher) -> None:
    """Use this cipher in the whole process."""
    _Safe.cipher = cipher


class Sealed(TypeDecorator[str]):
    """A text that is encrypted in the database. Empty stays empty."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return _Safe.cipher.seal(value) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return _Safe.cipher.open(value) if value else value
