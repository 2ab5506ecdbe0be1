"""Recipients of an announcement: residents whose bound home is there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.person import Person

_WINDOW = timedelta(hours=48)


def residents(places: Sequence[int], building: str) -> ColumnElement[bool]:
    """Residents whose home is there; for one building, also those whose building is unknown."""
    there = Person.home_place_id.in_(places) & Person.following & Person.openid.is_not(None)
    return there & Person.home_building.in_([building, ""]) if building else there


def how_many(session: Session, places: Sequence[int], building: str, now: datetime) -> tuple[int, int]:
    """The number of all, and of those within the platform's 48-hour window for messages."""
    there = residents(places, building)
    lately = there & (Person.wrote_at > now - _WINDOW)
    counts = (select(func.count()).select_from(Person).where(each).scalar_subquery() for each in (there, lately))
    everybody, written = session.execute(select(*counts)).one()
    return everybody or 0, written or 0
