"""What residents say to 「解决了吗」 when they don't send a number."""

import re
import unicodedata

from handlers.dialogue.choices import chosen

_VERY = r"(?:非常|特别|十分|很|挺|还)?"
_SOLVED = r"(?:(?:已经?)?(?:解决|修好|弄好|办好|处理好)了?[，,、。\s]*)?"
_END = r"(?:的|了|啦)?[。.！!～~\s]*"
_PLAIN = (
    re.compile(rf"{_SOLVED}{_VERY}满意{_END}|(?:五星)?好评{_END}"),
    re.compile(rf"{_SOLVED}基本满意{_END}"),
    re.compile(rf"(?:已经?)?(?:解决|修好|弄好|办好|处理好)了[，,、。\s]*(?:但是?|就是|可)?不满意{_END}"),
    re.compile(rf"(?:还|根本|压根)?(?:没有?|未)(?:解决|修好|弄好|办好|处理好|修|好){_END}"),
)
_UNSOLVED = re.compile(
    r"(?:没有?|未|压根没|根本没)(?:[人谁]+)?(?:来|修|解决|处理|弄|办好|清|换|动静|见人)"
    r"|还(?:是|在)?(?:坏|漏|堵|卡|臭|黑|响|滴|老样子|那样|不(?:行|亮|热|通|动|转))|骗人|糊弄|忽悠"
)
_AGAIN = re.compile(r"又(?:是|开始|给)?(?:坏|漏|堵|卡|臭|黑|响|滴|停|不(?:行|亮|热|通|动|转|好))")
_LONGEST = 30


def rated(text: str, count: int) -> int | None:
    """Which of the answers a number or a plain word means; None where it has to be asked."""
    number = chosen(text, count)
    if number is not None:
        return number
    plain = unicodedata.normalize("NFKC", text).strip()
    return next((index for index, words in enumerate(_PLAIN) if words.fullmatch(plain)), None)


def says_unsolved(text: str) -> bool:
    """Short words that what was done did not help, or not for long."""
    return len(text) <= _LONGEST and bool(_UNSOLVED.search(text) or says_again(text))


def says_again(text: str) -> bool:
    """「又坏了」: it had been right for a while."""
    return _AGAIN.search(text) is not None
