"""The times and durations in a text, in its own words: 「昨晚十点」「连续三天」."""

import re

_DIGIT = "0-9零〇一二两三四五六七八九十"
_N = rf"(?:[0-9]{{1,4}}|[{_DIGIT}百几半多数]{{1,4}})"
_DAYS = (
    "大前天|前天|昨天|今天|明天|后天|昨日|今日|明日|昨儿|今儿|上周|本周|这周|下周",
    "周[一二三四五六日末]|(?:上个?|本|这个?|下个?)?(?:星期|礼拜)[一二三四五六日天]?",
    "上个?月|这个月|本月|下个?月|月初|月底|去年|今年|前年|年前|年后|春节|过年|国庆|五一",
    rf"[{_DIGIT}]{{2,4}}年(?:[{_DIGIT}]{{1,2}}月(?:[{_DIGIT}]{{1,3}}[日号])?)?",
    rf"[{_DIGIT}]{{1,2}}月(?:[{_DIGIT}]{{1,3}}[日号]|份|底|初)?",
)
_PARTS_OF_DAY = (
    "凌晨|清晨|早上|早晨|一大早|今早|明早|上午|中午|下午|傍晚",
    "晚上|晚间|今晚|昨晚|前晚|每晚|当晚|夜里|夜间|昨夜|后半夜|大半夜|半夜|深夜",
)
_HABITS = (
    "(?:每|天)天(?:早上|晚上|凌晨|半夜|中午)?|每(?:周|月|年|晚|逢周末)",
    "一到(?:晚上|周末|夏天|冬天|下雨天)|隔三差五|三天两头|刚刚|刚才|现在|这会儿",
)
_DAY, _PART, _HABIT = (f"(?:{'|'.join(forms)})" for forms in (_DAYS, _PARTS_OF_DAY, _HABITS))
_CLOCK = rf"(?:{_N}[点时](?:钟|半|{_N}分?|过)?(?:左右|多)?|[0-9]{{1,2}}[:：][0-9]{{2}})"
_UNTIL = rf"(?:到|至|-|~|—)(?:第二天)?{_PART}?{_CLOCK}"
_UNITS = "天|晚上?|个?星期|个?礼拜|周|个?月|年|个?小时|个?钟头|分钟|宿"
_SPELL = rf"(?:连续|已经|持续|整整|前后|将近|近)?{_N}个?(?:多|来)?(?:{_UNITS})(?:多|了|以上|左右)?"

_FIRST = f"[{_DIGIT}百几半多数大前昨今明后上本这下周星礼月去年春过国凌清早傍中晚夜当深每天隔刚现连已持整将近]"
"""With what any of them begins: elsewhere the two hundred forms need not be tried"""
_TIME = re.compile(
    rf"(?={_FIRST})"
    rf"(?:(?:{_HABIT}|{_DAY}的?)?{_PART}?{_CLOCK}(?:{_UNTIL})?|{_HABIT}|{_DAY}{_PART}?|{_PART}|{_SPELL})"
)
_HINT = re.compile(r"[天日晚早夜晨午点时月年周分期拜刚现宿头:：节]")
_MOST = 8  # a long letter may list every date; we don't need all


def find_times(text: str) -> tuple[str, ...]:
    """All times in a plain text, as written, left to right, without repeats."""
    if not _HINT.search(text):
        return ()
    found: dict[str, None] = {}
    for match in _TIME.finditer(text):
        found[match[0]] = None
        if len(found) == _MOST:
            break
    return tuple(found)
