"""What leaders hear at once, and when they hear all the rest."""

from datetime import datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from models.ticket import CHINA

_MONDAY = 0


class Digests(BaseModel):
    """Section `digests`: the hours of the daily one, the hour of Monday's, and what does not wait for either."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: tuple[time, ...] = Field(default=(time(8, 30), time(17, 30)), min_length=1)
    weekly_at: time = time(8, 30)
    at_once: frozenset[str] = frozenset({"whistle_missing", "escalate", "unrouted", "return_unrouted", "human"})
    once_a_day: frozenset[str] = frozenset({"unrouted", "return_unrouted"})
    """Of these only a day's first is told at once: what lies on the desk waits for no single message"""

    def next(self, now: datetime) -> datetime:
        """When the next daily one is due."""
        return min(_next(each, now) for each in self.at)

    def next_weekly(self, now: datetime) -> datetime:
        """When the next Monday's is due."""
        due = _next(self.weekly_at, now)
        return due + timedelta(days=(_MONDAY - due.astimezone(CHINA).weekday()) % 7)


def _next(hour: time, now: datetime) -> datetime:
    today = datetime.combine(now.astimezone(CHINA).date(), hour, CHINA)
    return (today if today > now else today + timedelta(days=1)).astimezone(now.tzinfo)
