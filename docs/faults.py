"""Every error × every kind of push: what becomes of it. The program lives through each cell of the table in
tests/bot/worker/test_fault_matrix.py, which takes what it expects from here.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from bot.wechat.errors import KINDS, Trouble


class Became(StrEnum):
    """Where a push is: its outcome in the database, "due" where it has none."""

    SENT = "sent"
    DUE = "due"
    HELD = "held"
    KEPT = "kept"
    GAVE_UP = "gave_up"


PUSHES = {
    "staff news": "工作消息",
    "a question": "问居民的话",
    "urgent": "加急",
    "words alone": "只有文字、没有卡片的",
    "news by template alone": "只能走卡片的",
}
DANGER = "红色警情"
WITH_CARD = frozenset({"staff news", "a question", "urgent"})

OTHER_ERRORS: Mapping[str, Trouble] = {
    "没见过的码": Trouble.BUSY,
    "502": Trouble.BUSY,
    "200，不是 JSON": Trouble.BUSY,
    "不回答": Trouble.UNKNOWN,
}
"""What comes without a code of errors.csv"""
ERRORS: Mapping[str, Trouble] = {**{str(code): KINDS[code] for code in sorted(KINDS)}, **OTHER_ERRORS}

EVERY_WAY_REFUSES = {
    Trouble.BUSY: Became.DUE,
    Trouble.UNKNOWN: Became.DUE,
    Trouble.ACCOUNT: Became.DUE,
    Trouble.RATE: Became.HELD,
    Trouble.INTERFACE: Became.HELD,
    Trouble.MOMENT: Became.KEPT,
    Trouble.GONE: Became.GAVE_UP,
    Trouble.REFUSED: Became.GAVE_UP,
    Trouble.CONTENT: Became.GAVE_UP,
}
BY_CARD = frozenset({Trouble.MOMENT, Trouble.REFUSED, Trouble.CONTENT, Trouble.INTERFACE, Trouble.RATE})
"""Where words are refused for these, a card goes instead"""


def words_refused(trouble: Trouble, push: str) -> Became:
    """Only customer-service messages fail; of what shuts the whole account, everything fails."""
    if trouble is Trouble.ACCOUNT:
        return Became.DUE
    if push not in PUSHES or push == "news by template alone" or (push in WITH_CARD and trouble in BY_CARD):
        return Became.SENT
    return EVERY_WAY_REFUSES[trouble]


def when_over(trouble: Trouble) -> Became:
    """The fault is over, and the person has written where it was the person's moment."""
    at_once = EVERY_WAY_REFUSES[trouble]
    return at_once if at_once is Became.GAVE_UP else Became.SENT


_SHORT = {Became.SENT: "到", Became.DUE: "再试", Became.HELD: "等", Became.KEPT: "留", Became.GAVE_UP: "止"}


def matrix(table: Callable[[Iterable[str], Iterable[Iterable[str]]], str]) -> str:
    """For the runbook: error, whose trouble, and a cell for each kind of push."""
    return table(("错误", "是谁的事", *PUSHES.values(), DANGER), (_row(*each) for each in ERRORS.items()))


def _row(error: str, trouble: Trouble) -> Iterable[str]:
    return (error, f"`{trouble.value}`", *(_cell(trouble, push) for push in PUSHES), _danger(trouble))


def _cell(trouble: Trouble, push: str) -> str:
    first = words_refused(trouble, push)
    by_card = first is Became.SENT and push in WITH_CARD
    told = ("卡片" if by_card else _SHORT[first], _SHORT[EVERY_WAY_REFUSES[trouble]], _SHORT[when_over(trouble)])
    return " · ".join(told)


def _danger(trouble: Trouble) -> str:
    return f"换人 · {_SHORT[when_over(trouble)]}"
