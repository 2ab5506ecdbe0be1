"""Numbered choices: how they are shown, and which one an answer means."""

import re
import unicodedata
from collections.abc import Sequence

_HANZI = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_CHOICE = re.compile(r"(?:选|回复?|第)?\s*(\d{1,2}|[一二两三四五六七八九])\s*(?:个|项|号|条)?[.、。,，!！~\s]*")
_YES = re.compile(
    r"(?:是的?|对的?|嗯+|好的?|行|可以|要|确认|确定|没错|同意)(?:[吧呀啊了]|撤回|删除|删|撤)?[.。,，!！~\s]*"
)
_NO = re.compile(
    r"(?:不是?|不对|不要|不用|不行|不同意|别|否|算了|先?不[删撤导])(?:[的吧呀啊了]|撤回|删除|删|撤)?[.。,，!！~\s]*"
)


def numbered(names: Sequence[str]) -> str:
    """One line a choice: 「1 停车管理」."""
    return "\n".join(f"{number} {name}" for number, name in enumerate(names, start=1))


def chosen(text: str, count: int) -> int | None:
    """The index (from 0) that an answer like 「1」「１」「第二个」 means; None where it is no choice of these."""
    found = _CHOICE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    number = _HANZI.get(found[1]) or int(found[1])
    return number - 1 if 1 <= number <= count else None


def decided(text: str) -> int | None:
    """The same for 「回 1 …，回 2 不…」, which people also answer by 「是」 and 「不要」: 0 for yes, 1 for no."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _YES.fullmatch(plain):
        return 0
    return 1 if _NO.fullmatch(plain) else chosen(text, 2)
