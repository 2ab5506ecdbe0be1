"""When two reports are of the same thing, and when an event is solved: as a town sets it."""

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
    """Section `joining`: the same event reported by several neighbours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_hours: Count = 72
    """Only reports as young as this are compared"""
    alike: Share = 0.35
    """How much of two texts must agree (pairs of characters) where the sub-item and the house don't decide"""
    never: tuple[str, ...] = ("consult", "other", "neighbours")
    """Categories in which everybody's case is their own"""
    outages: dict[str, tuple[str, ...]] = _OUTAGES
    """Sub-items whose failure concerns a whole compound, and the words that tell of it: joined at once"""
    flood_followers: Count = 10
    """An event with so many neighbours takes in further ones without asking"""
    flood_reports: Count = 5
    """So many reports within `flood_minutes` do the same"""
    flood_minutes: Count = 10
    confirm_share: Share = 0.6
    """The event is solved when so many of the answers given say so; and not, when so many say it isn't"""
    answer_share: Share = 0.6
    """Of all who wait for it so many must have answered; the reporter is one of them"""

    def is_outage(self, item: str, text: str) -> bool:
        """The text tells that a whole compound is without it."""
        return any(word in text for word in self.outages.get(item, ()))
