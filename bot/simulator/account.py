"""One official account as the platform knows it: its credentials, and how and where its messages are delivered."""

from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """The three ways of delivery that an account can choose in the platform's console."""

    SAFE = "safe"
    COMPAT = "compat"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Account:
    """`name` is what the chat's header shows; `webhook_url` may be set later, see `Platform.point_at`."""

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    gh_id: str
    webhook_url: str = ""
    name: str = "吹哨"
    mode: Mode = Mode.SAFE
