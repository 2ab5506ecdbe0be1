"""Sections of the settings about other systems that talk with us: the hotline, Open311."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

_KEYS = re.compile(r"(?:[a-z][a-z0-9_]{0,30}=[^\s,=]{16,200})(?:,[a-z][a-z0-9_]{0,30}=[^\s,=]{16,200})*")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HotlineKey(_Section):
    """What the hotline proves itself with, out of the environment; without one its door stays shut."""

    key: SecretStr = SecretStr("")


class WithKeys(_Section):
    """A section with a key for each of the others, out of the environment: `name=key,name=key`."""

    keys: SecretStr = SecretStr("")

    @field_validator("keys")
    @classmethod
    def _a_key_for_each_name(cls, keys: SecretStr) -> SecretStr:
        told = keys.get_secret_value()
        if told and not _KEYS.fullmatch(told):
            raise ValueError("应像 名字=密钥,名字=密钥；名字用小写字母和数字，密钥至少 16 个字符，里面没有逗号和等号")
        return keys

    def by_name(self) -> Mapping[str, str]:
        told = self.keys.get_secret_value()
        return dict(each.split("=", 1) for each in told.split(",")) if told else {}


class Open311(WithKeys):
    """Open311 GeoReport v2. Reading is for everybody, filing for those who have a key."""

    enabled: bool = False
    jurisdiction: str = ""
    """Clients may name it, and a wrong name is refused; empty: whatever they say"""
    contact: str = ""
    """Whom the developers of clients can ask"""
