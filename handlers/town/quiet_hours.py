"""Quiet hours: pushes that are not about a danger wait for the morning."""

from datetime import datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from models.ticket import CHINA


class QuietHours(BaseModel):
    """Section `quiet_hours`: begin and end; if both are equal, there are no quiet hours."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begin: time = time(21, 30)
    end: time = time(7, 30)
    awake_minutes: int = Field(default=10, ge=0)
    """A resident who wrote within this time is awake, and gets pushes at once"""
    at_once: frozenset[str] = frozenset({"red_flag", "whistle", "whistle_missing", "talk_said", "talk_answered"})
    """Events that are pushed at night too, for any ticket"""

    def wait(self, now: datetime) -> datetime:
        """When a push may be sent: now, or at the end of the quiet hours."""
        local = now.astimezone(CHINA)
        at, begin, end = local.time(), self.begin, self.end
        if not (begin <= at < end if begin <= end else at >= begin or at < end):
            return now
        morning = datetime.combine(local.date(), self.end, CHINA)
        return (morning if morning > local else morning + timedelta(days=1)).astimezone(now.tzinfo)
