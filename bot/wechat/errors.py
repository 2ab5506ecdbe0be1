"""What WeChat's refusals mean for the sender. Which code is of which kind stands in errors.csv."""

import csv
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path


class Trouble(StrEnum):
    """Whose trouble it is, which says what may be done about it."""

    BUSY = "busy"
    """Nobody's: later, with backoff."""
    UNKNOWN = "unknown"
    """It was sent and no answer came: it may have arrived. Custom messages have nothing against doubles; a template
    with the same `client_msg_id` is delivered once within ten minutes."""
    RATE = "rate"
    """This interface takes no more for a minute."""
    MOMENT = "moment"
    """This person can't be reached until they write again."""
    GONE = "gone"
    """This person can't be reached in any way."""
    REFUSED = "refused"
    """This person can't be reached in this way: another may do."""
    CONTENT = "content"
    """This message can't be sent so: mended, or in another way."""
    INTERFACE = "interface"
    """This interface is shut for the whole account: all that need it wait, and somebody must look."""
    ACCOUNT = "account"
    """Nothing can be sent at all: everything waits, and somebody must look."""


REFUSED_TOKEN = frozenset({40001, 40014, 42001})


def _table() -> Mapping[int, Trouble]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return {int(row["code"]): Trouble(row["kind"]) for row in csv.DictReader(file)}


KINDS = _table()


class WeChatError(Exception):
    """A call that didn't succeed. `code` is WeChat's errcode, or 0 where none came; no secret is in `reason`."""

    def __init__(self, code: int, reason: str, kind: Trouble) -> None:
        super().__init__(code, reason, kind)
        self.code = code
        self.reason = reason
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.code} {self.reason} ({self.kind.value})"


def refusal(code: int, message: str) -> WeChatError:
    """A code that nobody has met yet may pass by itself: many of them in a row are noticed."""
    return WeChatError(code, message, KINDS.get(code, Trouble.BUSY))
