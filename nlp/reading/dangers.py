"""How certain a danger is: an alarm at once, a question first, or neither.

Two witnesses: the rules, which know the plain words, and the learned part, which knows how people tell of a danger and
of what only sounds like one. Both together alarm; each alone must be surer of it, or it is asked about. The thresholds
were chosen on the first half of `tests/nlp/data/danger_lines.tsv` and `chat_lines.tsv`.
"""

import re
from typing import NamedTuple

from nlp.reading.redflags import LONGEST_ALARM, SHORTEST_ALARM, RedFlag, is_over, is_told_of

_ALARM_WITH_RULE, _ALARM_ALONE = 0.1, 0.85
_ASK_WITH_RULE, _ASK_DOUBTED, _ASK_ALONE = 0.05, 0.15, 0.35
_DOUBTED = re.compile(
    "好像|似乎|可能|也许|说不定|不知道?|不确定|不太?对劲|是不是|要不要紧|真的假的|(?:听|看|闻)不(?:太?清|出)|没看清|没敢|怕要|像是"
)
"""Who writes so is not sure of it: asked, not paged"""


class Danger(NamedTuple):
    """The key of a danger that is certain, or of one to be asked about; "" for none. Never both."""

    alarm: str = ""
    question: str = ""


def danger_in(said: str, rule: RedFlag | None, chance: float, likeliest: str) -> Danger:
    """`chance`: how probable the learned part finds a danger, `likeliest`: which."""
    if rule and len(said) > LONGEST_ALARM:
        return Danger(alarm=rule.key)
    if not SHORTEST_ALARM <= len(said) <= LONGEST_ALARM or is_over(said) or is_told_of(said):
        return Danger()
    key = rule.key if rule else likeliest
    doubted = _DOUBTED.search(said) is not None
    if not doubted and chance >= (_ALARM_WITH_RULE if rule else _ALARM_ALONE):
        return Danger(alarm=key)
    ask_from = _ASK_DOUBTED if doubted else _ASK_WITH_RULE if rule else _ASK_ALONE
    return Danger(question=key) if chance >= ask_from else Danger()
