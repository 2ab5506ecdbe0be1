"""Sections of the settings for other systems: the hotline, Open311, subscribers."""

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from models.status_moves import MOVES

_KEYS = re.compile(r"(?:[a-z][a-z0-9_]{0,30}=[^\s,=]{16,200})(?:,[a-z][a-z0-9_]{0,30}=[^\s,=]{16,200})*")


class Section(BaseModel):
    """A part of the settings; unknown keys are errors, and values can't change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HotlineKey(Section):
    """The hotline's key, from the environment; without one, its routes are 404."""

    key: SecretStr = SecretStr("")


class WithKeys(Section):
    """A section with a key for each other system, from the environment: `name=key,name=key`."""

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
    """Open311 GeoReport v2. Everybody may read; filing needs a key."""

    enabled: bool = False
    jurisdiction: str = ""
    """If clients give another name, they are refused; empty: any name is accepted"""
    contact: str = ""
    """The contact for developers of clients"""


Seconds = Annotated[int, Field(gt=0)]


class Wants(Section):
    """One system that is notified of changes."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    url: str
    moves: tuple[str, ...] = ()
    """Which changes; empty means all"""

    @field_validator("url")
    @classmethod
    def _an_address(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^\s]+", url):
            raise ValueError("应像 https://city.example.cn/hook")
        return url

    @field_validator("moves")
    @classmethod
    def _known_moves(cls, moves: tuple[str, ...]) -> tuple[str, ...]:
        if strange := sorted(set(moves) - set(MOVES)):
            raise ValueError(f"没有“{'、'.join(strange)}”这个动作，应为 {'、'.join(MOVES)}")
        return moves


class Webhooks(WithKeys):
    """The systems that are notified of tickets' changes, and how long a notification is retried."""

    subscribers: tuple[Wants, ...] = ()
    retry_seconds: tuple[Seconds, ...] = Field(default=(10, 60, 300, 1800, 7200), min_length=1)
    give_up_hours: int = Field(default=24, gt=0)

    @model_validator(mode="after")
    def _each_has_a_key(self) -> Self:
        names = [each.name for each in self.subscribers]
        if len(set(names)) < len(names):
            raise ValueError("两个系统不能同名")
        if missing := sorted(set(names) - set(self.by_name())):
            raise ValueError(f"BOT_WEBHOOKS__KEYS 里没有 {'、'.join(missing)} 的密钥")
        return self
