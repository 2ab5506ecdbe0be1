"""Commands in plain words: 「接了」「好的我去」「到了」「弄好了，换了皮带」「告诉居民配件周五到」."""

import re

from handlers.dialogue.command import Command
from handlers.staff.commands import ARRIVE, INFORM, RESOLVE, SIGN

_I = r"(?:我们?|俺|咱)?"
_END = r"(?:了|啦|吧|哈|哦)*[。.！!～~\s]*"
_YES = r"(?:(?:好的?|行|嗯+|收到|可以|没问题|ok|OK)[，,。、\s]*)?"
_SIGNS = re.compile(
    rf"{_YES}{_I}(?:这就|马上|现在|立刻|已经?|先|一会儿?|待会儿?)*"
    rf"(?:接[了单下]?了?|签收了|(?:过?去|来)(?:看看?|一趟|处理|修|弄)|过去|去|来处理|安排(?:人|师傅)?(?:过?去)?)(?:一下)?{_END}"
)
_ARRIVES = re.compile(
    rf"{_YES}(?:{_I}|人|师傅)(?:已经?|刚刚?|都)?(?:到(?:了|达|现场|场|位|地方|楼下|门口)+|在现场){_END}"
)
_DONE = (
    r"(?:弄|修|搞|办|处理|换|清理|疏通|打扫|收拾|整改|修理|维修|清|扫|补|装|通)(?:好|完|完毕|完成|干净|妥|利索|走|通|开)"
    r"|办结|结|解决|搞定|完工|修复|恢复正常|救出来|救下来|扑灭|灭|清理|处理|疏通"
)
_THING = r"(?![已都全刚我俺咱也])[^没未不别再要是，,。\s]{1,8}?"
_RESOLVES = re.compile(
    rf"{_YES}({_THING})?{_I}(?:(?:已经?|都|全|也)*(?:{_DONE})(?:了|啦)|已经?(?:{_DONE}))(?:[，,。.！!～~；;\s]+(.*))?",
    re.DOTALL,
)
_TELLS = re.compile(
    r"(?:请|麻烦|帮我|你)*(?:告诉|告知|通知|跟|给|和)(?:一下|下)?(?:居民|住户|业主|报修的?人?)"
    r"(?:说|讲)?(?:一下|一声)?[，,：:\s]*(\S.{2,})",
    re.DOTALL,
)
_LONGEST = 200
_NOT_YET = re.compile(r"[吗呢?？]|还[没未]|[没未](?:[有能]|办法)|明天|后天|等会儿?再")


def command_meant(text: str) -> tuple[Command, str] | None:
    """The command that the text means, and its words: what was done, what residents are told; None if it means none."""
    words = text.strip()
    if len(words) > _LONGEST or re.search(r"[吗呢?？]", words):
        return None
    if _ARRIVES.fullmatch(words):
        return ARRIVE, ""
    if _SIGNS.fullmatch(words) and len(words) > 1:
        return SIGN, ""
    if told := _TELLS.fullmatch(words):
        return INFORM, told[1]
    done = _RESOLVES.fullmatch(words)
    if done is None or _NOT_YET.search(words):
        return None
    return RESOLVE, words if done[1] or done[2] else ""
