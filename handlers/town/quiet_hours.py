"""Quiet hours: nobody is rung out of bed for a lamp. What is not a danger waits for the morning."""

from datetime import datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from models.ticket import CHINA


class QuietHours(BaseModel):
    """Section `quiet_hours`: from the evening to the morning; the same hour twice: there are none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begin: time = time(21, 30)
    end: time = time(7, 30)
    awake_minutes: int = Field(default=10, ge=0)
    """A resident who wrote so short a time ago is awake, and hears at once what comes of it"""
    at_once: frozenset[str] = frozenset({"red_flag", "whistle", "whistle_missing", "talk_said", "talk_answered"})
    """What is told at night too, whatever the ticket"""

    def wait(self, now: datetime) -> datetime:
        """When a thing may be said: now, or when the morning comes."""
        local = now.astimezone(CHINA)
        at, begin, end = local.time(), self.begin, self.end
        if not (begin <= at < end if begin <= end else at >= begin or at < end):
            return now
        morning = datetime.combine(local.date(), self.end, CHINA)
        return (morning if morning > local else morning + timedelta(days=1)).astimezone(now.tzinfo)
