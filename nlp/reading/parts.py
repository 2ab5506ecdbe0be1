"""One message, two problems: where a text may be cut into them."""

import re
from collections.abc import Iterator, Sequence

# A new matter announces itself. Commas alone do not: 「电梯坏了，爬了十八楼」 is one grievance.
# Nor does 「还有一股臭味」, 「还有老人下不来」: that is how bad it is.
_ANNOUNCED = (
    "另外|还有(?!一?股|.{0,2}(?:老人|小孩|孩子|孕妇|病人))就?是?|再有|再就是|再一个|还有一个|还有一件|此外|除此之外|对了|同时还|顺便(?:说|问|反映)?(?:一下|下)?"
    "|第[一二三四][，,、点是条件个]?|其[一二三]|[1-4一二三][、.．]|首先|其次|另[:：]|同埋|(?:另外?|还有)?一[个件样](?:就)?是"
)
# Numbers of a list need nothing before them: 「①灯不亮②门坏了」「一是漏水二是太吵」
_LISTED = (
    r"[①-⑨]|[(（][1-9一二三][)）]|(?<!\d)[1-4][.．、](?!\d)|第[一二三四](?=[^\d单期天次栋层排级名])|[一二三四]是(?!不)"
)
_BOUNDARY = re.compile(rf"(?:[，,、。；;：:！!\s]|^)(?={_ANNOUNCED})|(?={_LISTED})|[。；;！!\n]+")
_NEW_MATTER = re.compile(rf"[，,。；;！!\s](?={_ANNOUNCED})")
_OPENING = re.compile(rf"^(?:{_LISTED}|{_ANNOUNCED})[，,、：:.．是 ]*")
_COUNTED = re.compile(
    r"[两俩二三四2-4]\s*[个件样桩点](?:事|问题|情况|毛病|地方|东西)|[①1一][.．、是)）].{4,}[②2二][.．、是)）]|第一.{4,}第二"
)
_SHORTEST = 4  # 路灯不亮
_LONGEST_TEXT = 240  # a letter argues one case in many sentences; cutting it up would file its arguments
_LONGEST_SENTENCE = 60  # what stands side by side in a longer one belongs to one story

# 「楼下还有人乱停车」「路灯也不亮」「而且隔壁装修」: beside the first matter, of something else. Who goes on about the
# same names nothing new before the 还: 「还不拴绳」「还把被子弄湿了」.
_BESIDE = re.compile(
    r"[，,、\s]+(?=[^，,。；;！!\s把被连还也又]{2,10}?(?:还(?!是|没|得|要|能|会)|也|又)|(?:而且|并且|同时|再加上)(?![往向从把被连也还又都不没很太越老])\w{4})"
    r"|(?<=\w{4})(?=(?:还有|另外|而且)\w{4})"
)
_BY_THE_WAY = re.compile(r"^(?:而且|并且|同时|再加上|还有|另外)")
# What came of it, or that nobody sees to it, is no second matter: 「消防车也进不来」「打电话也没人接」「坏了也不修」.
_CAME_OF_IT = re.compile(
    r"(?:也|还|又|都).{0,2}(?:[出进下上过开走看睡停喘洗吃]不|不[了能敢]|没法|无法|没用|差点|摔|吓|跟着|没人[接理应])"
    r"|^(?:白天|早上|晚上|夜里|半夜|周末|每天|天天|有时候?|说[他她])(?:还|也|又)(?!有)"
    r"|[了过]也[不没]|危险|还有.{0,2}(?:老人|小孩|孩子|孕妇|病人)|电话|^物业.{0,6}[不没]|^(?:搞|弄|吵|害|熏)得"
)


def candidate_parts(text: str) -> Sequence[str]:
    """Stretches that may each be a problem; fewer than two where nothing says so."""
    if len(text) > _LONGEST_TEXT:
        return ()
    pieces = [_OPENING.sub("", piece.strip(" ，,。；;！!\n")) for piece in _BOUNDARY.split(text)]
    whole = [piece for piece in pieces if len(piece) >= _SHORTEST]
    return whole if len(whole) > 1 else ()


def told_beside(text: str) -> Iterator[tuple[str, str]]:
    """Where a sentence may go over to something else: what was told up to there, and what from there on."""
    if len(text) > _LONGEST_SENTENCE:
        return
    for found in _BESIDE.finditer(text):
        first, second = text[: found.start()], _BY_THE_WAY.sub("", text[found.end() :])
        if min(len(first), len(second)) >= _SHORTEST and not _CAME_OF_IT.search(second):
            yield first, second


def counts_several(text: str) -> bool:
    """「反映两个情况」「一是…二是…」: the writer counts the matters."""
    return _COUNTED.search(text) is not None


def announces(text: str) -> bool:
    """Whether somebody says that another matter follows: 「另外」「还有」, not only a new sentence."""
    return _NEW_MATTER.search(text) is not None
