"""Columns that a stolen file or backup doesn't tell: sealed by a cipher that the process is given at its start.

The cipher belongs to the process, like its time zone: there is one installation and one ring of keys. Without one,
nothing sealed can be written or read, so that nothing is ever stored in plain by an oversight.
"""

from typing import Protocol

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator


class UnreadableError(Exception):
    """Sealed with a key that this process doesn't have."""


class Cipher(Protocol):
    """Seals and opens texts. Sealing the same text twice gives two different results."""

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
    """Seal and open with this from now on, in the whole process."""
    _Safe.cipher = cipher


class Sealed(TypeDecorator[str]):
    """A text that stands sealed in the database. Empty stays empty."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return _Safe.cipher.seal(value) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        return _Safe.cipher.open(value) if value else value
