"""Clauses and the words that join them to what was said before; what the learned part says of a clause."""

import re

HEAD, OPENS, GOES_ON = "opens", "opens", "goes_on"

# A new matter announces itself. Commas alone do not: 「电梯坏了，爬了十八楼」 is one grievance.
# Nor does 「还有一股臭味」, 「还有老人下不来」: that is how bad it is.
ANNOUNCED = (
    "另外|还有(?!一?股|.{0,2}(?:老人|小孩|孩子|孕妇|病人))就?是?|再有|再就是|再一个|还有一个|还有一件|此外|除此之外|哦?对了|哦对|同时还"
    "|顺[便带口道](?:再|说|问|反映|讲|提|报|投诉)*(?:一?[下声句嘴])?|再(?:反映|投诉|讲|提|报)(?:一?[下个件])?|再?加上|外加|然后(?:呢|就?是|还有)"
    "|另?一[件桩]事?(?:就?是|[，,:：])|第[一二三四][件桩句个]"
    "|第[一二三四][，,、点是条件个]?|其[一二三]|[1-4一二三][、.．]|首先|其次|另(?=[，,:：])|同埋|(?:另外?|还有)?一[个件样](?:就)?是"
)
# Numbers of a list need nothing before them: 「①灯不亮②门坏了」「一是漏水二是太吵」
LISTED = (
    r"[①-⑨]|[(（][1-9一二三][)）]|(?<!\d)[1-4][.．、](?!\d)|第[一二三四](?=[^\d单期天次栋层排级名])|[一二三四]是(?!不)"
)
_JOINS = f"而且|并且|同时|再加上|再说|先说|除了|头一件|{LISTED}|{ANNOUNCED}"
LEAD = re.compile(rf"^(?:{_JOINS})[，,、：:.．是 ]*")
JOINING = re.compile(rf"(?:{_JOINS})+[啊呀呢嘛哈哦吧]?[^\w]*")
"""A word that joins with the mark behind it: 「另外，」「2、」"""
_TOO = re.compile(r"^(?P<before>.{0,8}?)(?:也|还(?!没|是))")


def bare(clause: str) -> str:
    """Without the words that join it to what was said before: 「另外路灯也不亮」 → 「路灯不亮」."""
    return _TOO.sub(r"\g<before>", LEAD.sub("", clause))
