"""The intent of short set phrases, for which a rule is safer than the model."""

import re
from collections.abc import Mapping
from functools import lru_cache

from nlp.model.labels import rows
from nlp.reading.understanding import Intent, Wish

_RULES = (
    (Intent.HUMAN, re.compile(r"^(?:转|找|要|请转|我要|我找|接|联系)?(?:一下)?人工(?:客服|服务|座席)?[。！!~]*$")),
    (Intent.HELP, re.compile(r"^(?:帮助|help|菜单|功能|使用说明|怎么用|\?|？)[。！!?？]*$")),
    (
        Intent.GREETING,
        re.compile(
            r"^(?:你好|您好|在吗|在么|在不在|hi|hello|早上好|下午好|晚上好|早|哈喽|你好啊|您好呀)[。！!~？?呀啊，, ]*$"
        ),
    ),
    (
        Intent.THANKS,
        re.compile(
            r"^(?:谢谢|多谢|感谢|谢了|thanks|thank you|thx|3q|辛苦了|谢谢你们?|谢谢您|非常感谢|太感谢了)"
            r"[。！!~啊啦了呀，, ]*$"
        ),
    ),
    (
        Intent.RATE,
        re.compile(
            r"^(?:[1-5一二三四五]\s*(?:星|分|颗星)|(?:非常|很|比较|基本|特别|十分)?(?:不)?满意|好评|差评|五星好评)[。！!~了]*$"
        ),
    ),
    (Intent.WITHDRAW, re.compile(r"^(?:撤回|撤单|取消|不用了|算了不报了|撤销)(?:工单|诉求|报修|投诉)?[。！!~吧了]*$")),
    (Intent.PROGRESS, re.compile(r"^(?:进度|查进度|查询进度|我的工单|我的诉求|查工单|查询)[。！!?？]*$")),
    (Intent.URGE, re.compile(r"^(?:催单|催办|催一下|催催|加急|快点(?:处理)?|赶紧处理)[。！!~]*$")),
)
_LONGEST = 14
_ANY = re.compile("|".join(pattern.pattern for _intent, pattern in _RULES))
"""One check for all rules, because few texts match any"""


_STICKERS = re.compile(r"(?:\[[^\[\]\d]{1,12}\]\s*)+")
"""Only names of emoji"""
_NAME = re.compile(r"\[([^\[\]]+)\]")
_UNDELIVERED = re.compile(
    r"^[\[【]?\s*(?:unsupported message|动画表情|收到了?一个表情"
    r"|(?:收到|当前|该|此|微信|暂|版本)(?=.{0,30}(?:消息|版本|类型|内容)).{0,24}(?:不(?:支持|能(?:展示|查看|显示))|无法(?:显示|查看)|请在(?:手机|微信)))"
)


def set_phrase(text: str) -> Intent | None:
    """The intent of a short set phrase or of emoji alone; None for other texts."""
    if text[:1] in {"[", "【"} or _UNDELIVERED.match(text):
        return _pictured(text)
    if len(text) > _LONGEST or not _ANY.match(text):
        return None
    return next((intent for intent, pattern in _RULES if pattern.search(text)), None)


def is_picture(text: str) -> bool:
    """Emoji alone, or the platform's notice for content that it could not deliver: no words of the writer."""
    return bool(_STICKERS.fullmatch(text) or _UNDELIVERED.match(text))


def set_wish(text: str) -> Wish | None:
    """「+1」 joins; the platform's notice stands for what it couldn't deliver."""
    if _UNDELIVERED.match(text):
        return Wish.STICKER
    return Wish.VOTE if _PLUS_ONE.match(text) else None


_PLUS_ONE = re.compile(r"^(?:[+加]|再加)\s*[1一](?![\d层楼号栋])")


def _pictured(text: str) -> Intent | None:
    """The intent of the first emoji that has one; the others are small talk."""
    if _UNDELIVERED.match(text):
        return Intent.CHITCHAT
    if not _STICKERS.fullmatch(text):
        return None
    said = (_meanings().get(name) for name in _NAME.findall(text))
    return next(filter(None, said), Intent.CHITCHAT)


@lru_cache(maxsize=1)
def _meanings() -> Mapping[str, Intent]:
    return {sticker: Intent(meaning) for sticker, meaning in rows("stickers.tsv")}
