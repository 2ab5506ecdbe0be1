"""What WeChat's refusals mean for the sender: one remedy for each code."""

from collections.abc import Mapping
from enum import StrEnum


class Remedy(StrEnum):
    """What may be done about it."""

    RETRY = "retry"
    """Later, with backoff and a cap."""
    UNKNOWN = "unknown"
    """It was sent and no answer came: it may have arrived. Custom messages have nothing against doubles; a template
    with the same `client_msg_id` is delivered once within ten minutes."""
    QUOTA_DAY = "quota_day"
    """Stop this interface until midnight."""
    QUOTA_WINDOW = "quota_window"
    """Stop for this person until the next message comes from there."""
    UNREACHABLE = "unreachable"
    """This person can't be reached on this way: try another (template, subscription, telephone)."""
    PERMANENT = "permanent"
    """A mistake of ours or of the settings: no repeat helps, somebody must look."""


REFUSED_TOKEN = frozenset({40001, 40014, 42001})

REMEDIES: Mapping[int, Remedy] = {
    -1: Remedy.RETRY,  # the system is busy
    45011: Remedy.RETRY,  # too many calls in a minute
    45033: Remedy.RETRY,  # too many at the same time
    43117: Remedy.RETRY,  # too many to the same person at once
    45009: Remedy.QUOTA_DAY,
    45047: Remedy.QUOTA_WINDOW,  # five custom messages for each message from there
    45015: Remedy.UNREACHABLE,  # silent for 48 hours, or unfollowed
    43004: Remedy.UNREACHABLE,  # follows no more
    43019: Remedy.UNREACHABLE,  # on the account's black list
    43101: Remedy.UNREACHABLE,  # refused, or no acceptance left
    48002: Remedy.UNREACHABLE,  # has switched the account's messages off
    50005: Remedy.UNREACHABLE,  # follows no more (user interfaces)
    40001: Remedy.PERMANENT,  # the token was refused, and a new one too
    40014: Remedy.PERMANENT,
    42001: Remedy.PERMANENT,
    40003: Remedy.PERMANENT,  # no such openid here
    40007: Remedy.PERMANENT,  # no such media
    40008: Remedy.PERMANENT,
    40013: Remedy.PERMANENT,  # wrong app id
    40035: Remedy.PERMANENT,
    40036: Remedy.PERMANENT,  # a template's id of wrong length
    40037: Remedy.PERMANENT,  # no such template
    40056: Remedy.PERMANENT,
    40125: Remedy.PERMANENT,  # wrong app secret
    40164: Remedy.PERMANENT,  # this server's address is not on the account's list
    45002: Remedy.PERMANENT,  # too long
    47001: Remedy.PERMANENT,  # not JSON
    47003: Remedy.PERMANENT,  # a template's field breaks its rule
    48001: Remedy.PERMANENT,  # the account has no right to this interface
    48004: Remedy.PERMANENT,  # the interface is blocked for the account
}


class WeChatError(Exception):
    """A call that didn't succeed. `code` is WeChat's errcode, or 0 where none came; no secret is in `reason`."""

    def __init__(self, code: int, reason: str, remedy: Remedy) -> None:
        super().__init__(code, reason, remedy)
        self.code = code
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.code} {self.reason} ({self.remedy.value})"


def refusal(code: int, message: str) -> WeChatError:
    """A code that nobody has met yet is a matter for a person, not for a loop."""
    return WeChatError(code, message, REMEDIES.get(code, Remedy.PERMANENT))
