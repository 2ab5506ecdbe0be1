"""Alarms are told to the supervisors of their area, once, with their next digest."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.alarms.scan import Alarm
from handlers.notifications import leaders
from handlers.town.town import Town

KIND = "alarms"
"""The timer's"""
_EVENT = "alarm"


def tell(session: Session, town: Town, alarms: Iterable[Alarm], now: datetime) -> None:
    """A push has its alarm's key: what was told is not told again."""
    for alarm in alarms:
        reach = town.world.above(alarm.grid)
        text = town.say(alarm.wording, **alarm.said)
        push = {"key": f"{_EVENT}:{alarm.key}", "event": _EVENT, "text": text}
        leaders.tell(session, town, town.staff.overseeing(reach), push, now)
