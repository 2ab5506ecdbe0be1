"""What the writer wants, where a rule is safer than the model: short set phrases."""

import re

from nlp.reading.understanding import Intent

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
        re.compile(r"^(?:谢谢|多谢|感谢|谢了|thx|辛苦了|谢谢你们?|谢谢您|非常感谢|太感谢了)[。！!~啊啦了呀，, ]*$"),
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
"""One look for all of them: hardly any text is one"""


def set_phrase(text: str) -> Intent | None:
    """The intent of a short set phrase, None for whatever else."""
    if len(text) > _LONGEST or not _ANY.match(text):
        return None
    return next((intent for intent, pattern in _RULES if pattern.search(text)), None)
