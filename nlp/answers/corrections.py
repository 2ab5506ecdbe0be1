"""「不对，是5号楼」: the writer corrects something, and says what is right."""

import re

_INTO = r"(?<![又被])改[成为到](?!了)"  # 「又改成了烧烤台」 tells what somebody did
_OF_WHAT = "(?:字|小区|地址|地方|地点|位置|楼栋?|楼号|单元|房号|门牌|类别|类型|分类|类)"
_STILL = r"还是(?=[\d一二三四五六七八九十]+(?:号楼|号院|栋|幢|单元|室))"
_WRONG = re.compile(rf"不对|(?<!是)不是|[说写打发报搞弄填记]错|错了|应该[是在]|应为|更正|{_INTO}|^其实[是在]|{_STILL}")
_RIGHT = re.compile(
    rf"(?:应该[是在]|应为|{_INTO}|更正[为成]?|而是|(?:^|[，,。；;\s])(?:还|就|那)?(?:是|在)|错{_OF_WHAT}?了?[，,：:\s]+"
    rf"|错{_OF_WHAT}?了?(?=(?:那|就)?(?:是|在))|{_OF_WHAT}号?不对[，,：:\s]+|^其实[是在])\s*(\S.*)"
)
_NOT_BUT = re.compile(
    r"(?:.{0,4}(?:错了?|不对)[啊呀哦，,\s]*|[哦噢啊]|那个|这个|我说的?)?[，,\s]*不是([^\s，,。]{1,6}?)[，,\s]*(?<![就还也都])是([^\s，,。吗]{1,8})"
)
_TRAILING = re.compile(r"(?:才对|的|那[边里栋]的?)?[。.！!～~\s]*$")
_ONLY_WRONG = re.compile(
    r"(?:(?P<of>地址|地点|位置|楼号|门牌|房号|类别|类型|分类)的?)?(?:我?[说写打报填归分]*错了|不对)[。.！!\s]*"
)
_NOT_THAT = re.compile(r"不是\s*([^，,。；;\s]{1,12}?)(?:的(?:事情?|问题))?(?:[，,。；;\s]|而?是)")
_PLAINLY = re.compile(r"[说写打发报搞弄填记]错|(?:类别|类型|分类).{0,2}(?:错|不对)|更正|改[成为](?!了)")
_BREATH = re.compile(r"[\s，,。.;；！!]+")
_LEADS = re.compile(r"^(?:不过|但是?|可是|只是|就是|另外|还有|顺便|对了|其实|哦)[，,：:\s]*|^我[家们]?(?=[是在])")
_THAT_ONE = re.compile(r"第(?P<nth>[一二三四五])[个件张]|(?:的)?那[个件张]")
_OF_THE_MATTER = re.compile(r"的?(?:事情?|问题|那类|一类)$")
_OF_THING = re.compile(r"(?P<thing>[^，,。；;\s]{1,6}?)(?:的那?[个件张]?|那[个件张])(?:是|在)\s*(?P<right>\S.*)")
_OF_IT = re.compile(r"(?P<thing>[^，,。；;\s]{1,6}?)的?(?:那[个件张]|这[个件张])[，,：:\s]*(?P<said>\S.*)")
_LONGEST = 60  # a long text that says 「不是」 somewhere is no correction


def right_words(text: str) -> str | None:
    """The right words; "" if the text says only that something is wrong; None if it corrects nothing."""
    if len(text) > _LONGEST or not _WRONG.search(text):
        return None
    swapped = exchanged(text)
    right = swapped[1] if swapped else None
    while found := _RIGHT.search(right or text):
        right = found[1]
    if right is None:
        return "" if _ONLY_WRONG.fullmatch(text) else None
    return _TRAILING.sub("", right).lstrip("，,：: ")


def exchanged(text: str) -> tuple[str, str] | None:
    """The wrong word and the right one: 「门」 and 「窗户」 in 「不是门是窗户」."""
    found = _NOT_BUT.fullmatch(text.rstrip("。.！!～~ "))
    return (found[1], found[2]) if found else None


def words_before(text: str) -> str:
    """The words before 「不对」 and the like: 「3号楼」 in 「3号楼不对，是5号楼」."""
    found = _WRONG.search(text)
    return text[: found.start()].strip(" ，,。.…") if found else ""


def in_two(text: str) -> tuple[str, str]:
    """The words before the first pause, and those after it without 「不过」; "" if there is no pause."""
    first, *behind = _BREATH.split(text, maxsplit=1)
    if _ONLY_WRONG.fullmatch(first) or first in {"不是", "不对"}:
        return text, ""  # all of it is one correction
    return first, _LEADS.sub("", _LEADS.sub("", behind[0])).strip() if behind else ""


def right_behind(words: str) -> str:
    """A correction that follows an answer; there 「是二单元的」 is enough. "" if nothing is corrected."""
    return right_words(words) or (words and right_words(f"不对，{words}")) or ""


def told_of(text: str) -> tuple[int | None, str]:
    """Which of several tickets is corrected: index 1 for 「第二件地址错了」, 「灯」 for 「灯的那个应该是4号楼」."""
    before = words_before(text)
    if not (found := _THAT_ONE.search(before)):
        return None, ""
    which = "一二三四五".find(found["nth"] or "") if found["nth"] else -1
    return (which, "") if which >= 0 else (None, before[: found.start()].removesuffix("的"))


def right_of_thing(text: str) -> tuple[str, str]:
    """The ticket corrected and the right words: 「停车」 and 「5号楼」 for 「停车的是5号楼」; else both empty."""
    found = _OF_THING.fullmatch(text)
    return (found["thing"], _TRAILING.sub("", found["right"])) if found else ("", "")


def said_of_thing(text: str) -> tuple[str, str]:
    """The ticket and what is said of it: 「灯」 and 「满意」 in 「灯那个满意」."""
    found = _OF_IT.fullmatch(text)
    return (found["thing"], found["said"]) if found else ("", "")


def named_matter(right: str) -> str:
    """The matter that the right words name: 「噪音」 in 「噪音的事」."""
    return _OF_THE_MATTER.sub("", right)


def wrong_words(text: str) -> str:
    """The wrong matter: 「停车」 in 「不是停车的事，是有人飞线充电」; "" if none is named."""
    found = _NOT_THAT.search(text)
    return found[1] if found else ""


def is_of_category(text: str) -> bool:
    """「类别错了」 alone: the writer has not yet named the right category."""
    found = _ONLY_WRONG.fullmatch(text)
    return bool(found and found["of"] in {"类别", "类型", "分类"})


def corrects_plainly(text: str) -> bool:
    """「说错了」「改成」: a clear correction; 「不是…」 alone is not one."""
    return _PLAINLY.search(text) is not None
