"""Tell alarms to the supervisors of their area, once, in their next digest."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.alarms.scan import Alarm
from handlers.notifications import leaders
from handlers.town.town import Town

KIND = "alarms"
"""Kind of the timer"""
_EVENT = "alarm"


def tell(session: Session, town: Town, alarms: Iterable[Alarm], now: datetime) -> None:
    """Write the pushes. The alarm's key is part of the push's key, so an alarm is told only once."""
    for alarm in alarms:
        reach = town.world.above(alarm.grid)
        text = town.say(alarm.wording, **alarm.said)
        push = {"key": f"{_EVENT}:{alarm.key}", "event": _EVENT, "text": text}
        leaders.tell(session, town, town.staff.overseeing(reach), push, now)
