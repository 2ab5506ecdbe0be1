"""The town's settings: when two reports are the same event, and when an event is solved."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]

_OUTAGES = {
    "water": ("停水", "没水", "断水", "不来水", "无水"),
    "power": ("停电", "没电", "断电", "不来电", "跳闸"),
    "gas": ("停气", "没气", "断气", "停燃气", "没燃气", "没天然气"),
    "heating": ("停暖", "没暖气", "暖气不热", "不热", "没供暖", "冰凉"),
}


class SameEventRules(BaseModel):
    """Section `joining`: one event reported by several neighbours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_hours: Count = 72
    """Only tickets filed within this time are compared"""
    alike: Share = 0.35
    """Least similarity of two texts (Dice, 0 to 1), if sub-item and building don't decide"""
    never: tuple[str, ...] = ("consult", "other", "neighbours")
    """Categories in which reports are never joined"""
    outages: dict[str, tuple[str, ...]] = _OUTAGES
    """Sub-items whose outage affects a whole compound, with its words; such reports join without asking"""
    flood_followers: Count = 10
    """From this number of residents an event joins further ones without asking"""
    flood_reports: Count = 5
    """So does this number of reports within `flood_minutes`"""
    flood_minutes: Count = 10
    confirm_share: Share = 0.6
    """The share of the given answers that decides whether the event is solved or not"""
    answer_share: Share = 0.6
    """The share of all followers, the reporter included, who must have answered"""

    def is_outage(self, item: str, text: str) -> bool:
        """Whether the text reports an outage of a whole compound."""
        return any(word in text for word in self.outages.get(item, ()))
