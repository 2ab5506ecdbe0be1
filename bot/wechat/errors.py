"""What WeChat's error codes mean for the sender. errors.csv gives the kind of each code."""

import csv
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path


class Trouble(StrEnum):
    """The kind of an error, which decides what is done about it."""

    BUSY = "busy"
    """Temporary: retry later, with backoff."""
    UNKNOWN = "unknown"
    """Sent, but no answer came: it may have arrived. A custom message may then arrive twice; a template with the same
    `client_msg_id` is delivered once within ten minutes."""
    RATE = "rate"
    """This interface's rate limit is reached: retry after a minute."""
    MOMENT = "moment"
    """This person can't be reached until they write again."""
    GONE = "gone"
    """This person can't be reached in any way."""
    REFUSED = "refused"
    """This person can't be reached in this way: try another."""
    CONTENT = "content"
    """This content is refused: change it, or try another way."""
    INTERFACE = "interface"
    """This interface fails for the whole account: its messages wait, and an operator must look."""
    ACCOUNT = "account"
    """Nothing can be sent at all: everything waits, and an operator must look."""


REFUSED_TOKEN = frozenset({40001, 40014, 42001})


def _table() -> Mapping[int, Trouble]:
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        return {int(row["code"]): Trouble(row["kind"]) for row in csv.DictReader(file)}


KINDS = _table()


class WeChatError(Exception):
    """A failed call. `code` is WeChat's errcode, or 0 if there is none; `reason` contains no secret."""

    def __init__(self, code: int, reason: str, kind: Trouble) -> None:
        super().__init__(code, reason, kind)
        self.code = code
        self.reason = reason
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.code} {self.reason} ({self.kind.value})"


def refusal(code: int, message: str) -> WeChatError:
    """The error of a code. Unknown codes count as temporary; many in a row open the breaker."""
    return WeChatError(code, message, KINDS.get(code, Trouble.BUSY))
