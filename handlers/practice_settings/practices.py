"""Section `practices`: each practice can be switched off or renamed."""

import re
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from models.promise import Practice

NAMES = {
    Practice.RECEPTION: "接待日",
    Practice.PUBLICITY: "公示",
    Practice.COUNCIL: "三方联席会议",
    Practice.HOTLINE: "12345热线",
    Practice.VOLUNTEERS: "志愿",
    Practice.PATROLS: "巡查",
    Practice.VISITS: "走访",
    Practice.SCORES: "考评",
    Practice.VOICES: "楼栋",
}
"""The names in our commands; a town may use its own"""

Count = Annotated[int, Field(gt=0)]


_BEFORE = 2
"""Most characters of a command before the practice's name"""


class Kept(BaseModel):
    """One practice: whether it is enabled, and the town's name for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    name: str = ""

    @field_validator("name")
    @classmethod
    def _a_word(cls, name: str) -> str:
        if not re.fullmatch(r"([一-鿿]{2,12})?", name):
            raise ValueError("叫法应是 2 到 12 个汉字，空着就用原来的")
        return name


class ReceptionDays(Kept):
    """接待日: staff receive residents in their compound."""

    minutes_each: Count = 10
    """Length of each booking"""
    told_days: tuple[Count, ...] = (5, 1)
    """Days before a session on which residents are told"""
    asked_after_days: Count = 6
    """Days after a session when residents are asked whether it was settled"""
    farthest_days: Count = 120
    """How far ahead a single session may be planned"""


class Publicity(Kept):
    """公示: monthly public figures of each compound."""

    least_households: Count = 5
    """Compounds with fewer households are not published"""


class Council(Kept):
    """议事: the monthly meeting of 社区, 物业 and 业委会; thresholds for stuck tickets to come before it."""

    returns: Count = 3
    extensions: Count = 2
    same_times: Count = 3
    """Reports of the same problem in the same building within `same_days`"""
    same_days: Count = 90


def _headings() -> dict[str, str]:
    return {
        "number": "工单编号",
        "text": "诉求内容",
        "address": "诉求地址",
        "deadline": "办理时限",
        "handler": "承办人",
    }


def _outcome_headings() -> dict[str, str]:
    return {
        "number": "工单编号",
        "situation": "办理情况",
        "answer": "公开答复",
        "truth": "诉求属实",
        "solved": "是否解决",
        "why_not": "未解决原因",
        "rating": "满意度",
        "contacted_at": "联系时间",
    }


class Hotline(Kept):
    """12345: the headings of its orders and of the exported outcomes."""

    folder: str = ""
    """The worker imports files from this folder; "": none"""
    columns: dict[str, str] = Field(default_factory=_headings)
    outcome: dict[str, str] = Field(default_factory=_outcome_headings)

    @field_validator("columns")
    @classmethod
    def _all_columns(cls, columns: dict[str, str]) -> dict[str, str]:
        return _complete(columns, _headings())

    @field_validator("outcome")
    @classmethod
    def _all_of_the_outcome(cls, outcome: dict[str, str]) -> dict[str, str]:
        return _complete(outcome, _outcome_headings())


def _complete(told: dict[str, str], usual: dict[str, str]) -> dict[str, str]:
    """The headings, with defaults for missing ones."""
    if strange := told.keys() - usual.keys():
        raise ValueError(f"没有“{'、'.join(sorted(strange))}”这一项，应为 {'、'.join(usual)}")
    headings = usual | told
    if len(set(headings.values())) < len(headings):
        raise ValueError("两项不能用同一个列名")
    return headings


class Patrols(Kept):
    """巡查: rounds of patrol points, which are listed in the world's patrols.csv."""

    metres: Count = 100
    """Greatest distance of a pin from the point"""


class Practices(BaseModel):
    """Section `practices`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    news_a_month: Count = 4
    """Most announcements to one resident in a calendar month, over all practices"""
    reception: ReceptionDays = ReceptionDays()
    publicity: Publicity = Publicity()
    council: Council = Council()
    hotline: Hotline = Hotline()
    volunteers: Kept = Kept()
    patrols: Patrols = Patrols()
    visits: Kept = Kept()
    scores: Kept = Kept()
    voices: Kept = Kept()

    def of(self, practice: str) -> Kept:
        kept: Kept = getattr(self, practice)
        return kept

    def has(self, practice: str) -> bool:
        """Whether the town has the practice; True for "", commands without a practice."""
        return not practice or self.of(practice).enabled

    def name(self, practice: Practice) -> str:
        return self.of(practice).name or NAMES[practice]

    def in_our_words(self, text: str) -> str:
        """The text with the town's name of a practice replaced by ours: 「停见面日」 → 「停接待日」."""
        for theirs, word in self._renamed:
            if theirs in text[: len(theirs) + _BEFORE]:
                return text.replace(theirs, word, 1)
        return text

    def spoken(self, text: str) -> str:
        """Like `in_our_words`, but anywhere in the text: 「这个月的见面日是哪天」."""
        for theirs, word in self._renamed:
            text = text.replace(theirs, word)
        return text

    def in_their_words(self, text: str) -> str:
        """A line of 帮助 with our names replaced by the town's."""
        for theirs, word in self._renamed:
            text = text.replace(word, theirs)
        return text

    def in_their_sentence(self, key: str, sentence: str) -> str:
        """A sentence of the wordings, which has the practice as the first part of its key. 「志愿者」 are who do it."""
        section = key.partition(".")[0]
        if section not in NAMES or (theirs := self.name(Practice(section))) == (ours := NAMES[Practice(section)]):
            return sentence
        return sentence.replace(f"{ours}者", theirs).replace(ours, theirs)

    @cached_property
    def _renamed(self) -> tuple[tuple[str, str], ...]:
        """(the town's name, ours) of each renamed practice."""
        return tuple((self.name(practice), word) for practice, word in NAMES.items() if self.name(practice) != word)
