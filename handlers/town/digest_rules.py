"""Which news leaders get at once, and when their digest of the rest is sent."""

from datetime import datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from models.ticket import CHINA

_MONDAY = 0


class Digests(BaseModel):
    """Section `digests`: hours of the daily and Monday's digest, and events that are pushed at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: tuple[time, ...] = Field(default=(time(8, 30), time(17, 30)), min_length=1)
    weekly_at: time = time(8, 30)
    at_once: frozenset[str] = frozenset({"whistle_missing", "escalate", "unrouted", "return_unrouted", "human"})
    once_a_day: frozenset[str] = frozenset({"unrouted", "return_unrouted"})
    """Events of which only the day's first is pushed at once; the others are in the digest"""

    def next(self, now: datetime) -> datetime:
        """When the next daily digest is due."""
        return min(_next(each, now) for each in self.at)

    def next_weekly(self, now: datetime) -> datetime:
        """When the next Monday's digest is due."""
        due = _next(self.weekly_at, now)
        return due + timedelta(days=(_MONDAY - due.astimezone(CHINA).weekday()) % 7)


def _next(hour: time, now: datetime) -> datetime:
    today = datetime.combine(now.astimezone(CHINA).date(), hour, CHINA)
    return (today if today > now else today + timedelta(days=1)).astimezone(now.tzinfo)
