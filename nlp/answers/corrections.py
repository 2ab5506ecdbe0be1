"""「不对，是5号楼」: that something was said wrong, and what is right."""

import re

_WRONG = re.compile(r"不对|不是|[说写打发报搞弄填记]错|错了|应该[是在]|应为|更正|改成|改为|改到")
_RIGHT = re.compile(
    r"(?:应该[是在]|应为|改成|改为|改到|更正[为成]?|而是|(?:^|[，,。；;\s])(?:是|在)|错了?[，,：:\s]+)\s*(\S.*)"
)
_TRAILING = re.compile(r"(?:才对|的|那[边里栋]的?)?[。.！!～~\s]*$")
_ONLY_WRONG = re.compile(r"(?:地址|地点|位置|楼号|门牌|房号)?(?:[说写打报填]?错了|不对)[。.！!\s]*")
_LONGEST = 60  # a letter that says 「不是」 somewhere corrects nothing


def right_words(text: str) -> str | None:
    """What is right instead, "" where only that something is wrong was said; None: nothing is corrected."""
    if len(text) > _LONGEST or not _WRONG.search(text):
        return None
    right = None
    while found := _RIGHT.search(right or text):
        right = found[1]
    if right is None:
        return "" if _ONLY_WRONG.fullmatch(text) else None
    return _TRAILING.sub("", right).lstrip("，,：: ")
