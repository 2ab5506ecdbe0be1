"""Settings that must be the same in the official account's console and here."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.webhook.envelope import aes_key


class Mode(StrEnum):
    """The console's mode. Compatible is for the change to safe: its messages have plain and encrypted fields."""

    SAFE = "safe"
    COMPAT = "compat"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, repr=False)
class WebhookSettings:
    """Checked when they are created, so that a wrong key shows at the start, not at the first message.

    `window_seconds`: callbacks may be some seconds old on arrival, and repeats carry the first one's timestamp.
    """

    token: str
    aes_key: str
    app_id: str
    gh_id: str = ""
    mode: Mode = Mode.SAFE
    previous_aes_key: str = ""
    window_seconds: int = 600
    max_bytes: int = 65536
    now: Callable[[], float] = time.time
    """The platform's time; in a demonstration it runs ahead"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mode", Mode(self.mode))
        if not self.token:
            raise ValueError("没有设置 BOT_WECHAT__TOKEN：空的令牌谁都能签名")
        if self.mode is Mode.PLAIN:
            return
        for name, value in (("APP_ID", self.app_id), ("AES_KEY", self.aes_key)):
            if not value:
                raise ValueError(f"没有设置 BOT_WECHAT__{name}：{self.mode} 模式要用它")
        for name, key in (("AES_KEY", self.aes_key), ("PREVIOUS_AES_KEY", self.previous_aes_key)):
            if key and not _is_aes_key(key):
                raise ValueError(
                    f"BOT_WECHAT__{name} 不是 EncodingAESKey：应为 43 个字母和数字，现在是 {len(key)} 个字符"
                )

    def __repr__(self) -> str:
        return f"WebhookSettings(app_id={self.app_id!r}, gh_id={self.gh_id!r}, mode={self.mode.value!r})"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that messages may be encrypted with; none in plain mode."""
        if self.mode is Mode.PLAIN:
            return ()
        return tuple(key for key in (self.aes_key, self.previous_aes_key) if key)


def _is_aes_key(key: str) -> bool:
    try:
        aes_key(key)
    except ValueError:
        return False
    return True
