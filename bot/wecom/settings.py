"""Settings that must be the same in WeCom's console and here."""

from dataclasses import dataclass

from bot.webhook.envelope import aes_key


@dataclass(frozen=True, slots=True, repr=False)
class CallbackSettings:
    """Checked when they are created, so that a wrong key shows at the start."""

    token: str
    aes_key: str
    corp_id: str
    window_seconds: int = 600
    max_bytes: int = 65536

    def __post_init__(self) -> None:
        for name, value in (("TOKEN", self.token), ("AES_KEY", self.aes_key)):
            if not value:
                raise ValueError(f"没有设置 BOT_WECOM__{name}：接收企业微信的消息要用它")
        aes_key(self.aes_key)
