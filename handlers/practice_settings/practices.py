"""Section `practices`: what a town does between tickets. Each can be switched off, or be called by another name."""

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
"""As the commands call them; a town may have its own words"""

Count = Annotated[int, Field(gt=0)]


_BEFORE = 2
"""Characters of a command that may stand before a practice's name"""


class Kept(BaseModel):
    """One practice: whether the town has it, and what it is called there."""

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
    """接待日: somebody receives residents in their compound."""

    minutes_each: Count = 10
    """Who books gets a stretch of this length"""
    told_days: tuple[Count, ...] = (5, 1)
    """So many days before residents are told"""
    asked_after_days: Count = 6
    """So many days later those who came are asked whether it was settled"""
    farthest_days: Count = 120
    """A single day may lie so far ahead"""


class Publicity(Kept):
    """公示: what was done in each compound, once a month, for everybody."""

    least_households: Count = 5
    """Of a compound with fewer nothing is published"""


class Council(Kept):
    """议事: the month's meeting of 社区, 物业 and 业委会; what makes a ticket stuck enough to come before it."""

    returns: Count = 3
    extensions: Count = 2
    same_times: Count = 3
    """So often the same in the same house within `same_days`"""
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
    """12345: under which headings its orders come, and their outcome goes back."""

    folder: str = ""
    """The worker takes in what is laid there; empty: no folder is watched"""
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
    """What is not told is called as usual."""
    if strange := told.keys() - usual.keys():
        raise ValueError(f"没有“{'、'.join(sorted(strange))}”这一项，应为 {'、'.join(usual)}")
    headings = usual | told
    if len(set(headings.values())) < len(headings):
        raise ValueError("两项不能用同一个列名")
    return headings


class Patrols(Kept):
    """巡查: rounds of points, out of the world's patrols.csv."""

    metres: Count = 100
    """So near a pin must lie to the point"""


class Practices(BaseModel):
    """Section `practices`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    news_a_month: Count = 4
    """Announcements that one resident gets in a calendar month at most, of all practices together"""
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
        """A command of no practice is there always."""
        return not practice or self.of(practice).enabled

    def name(self, practice: Practice) -> str:
        return self.of(practice).name or NAMES[practice]

    def in_our_words(self, text: str) -> str:
        """What a person wrote, with the command's own word where the town has another for it: 「停见面日」."""
        for theirs, word in self._renamed:
            if theirs in text[: len(theirs) + _BEFORE]:
                return text.replace(theirs, word, 1)
        return text

    def spoken(self, text: str) -> str:
        """The same wherever it stands: 「这个月的见面日是哪天」."""
        for theirs, word in self._renamed:
            text = text.replace(theirs, word)
        return text

    def in_their_words(self, text: str) -> str:
        """A line of 帮助, as the town calls things."""
        for theirs, word in self._renamed:
            text = text.replace(word, theirs)
        return text

    @cached_property
    def _renamed(self) -> tuple[tuple[str, str], ...]:
        """The town's words, each with ours."""
        return tuple((self.name(practice), word) for practice, word in NAMES.items() if self.name(practice) != word)
