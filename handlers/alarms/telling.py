"""Alarms are told to the supervisors of their area, once, and not at night."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.alarms.looking import Alarm
from handlers.town.town import Town
from models.appending import append
from models.push import Push

KIND = "alarms"
"""The timer's"""


def tell(session: Session, town: Town, alarms: Iterable[Alarm], now: datetime) -> None:
    """A push has its alarm's key: what was told is not told again."""
    for alarm in alarms:
        reach = {node.code for node in town.world.chain(alarm.grid)} if alarm.grid else set()
        text = town.say(alarm.wording, **alarm.said)
        for person in town.staff.overseeing(reach):
            if person.openid:
                key = f"alarm:{alarm.key}:{person.id}"
                values = {"person_id": person.id, "event": "alarm", "text": text, "created_at": now}
                append(session, Push, key=key, due_at=town.quiet_hours.wait(now), **values)
