"""Public holidays and days of the lunar new year, from nlp/data/questions.yaml."""

import re
from datetime import date, datetime, timedelta

from nlp.questions.days import DAY, day_start
from nlp.questions.numbers import number_of
from nlp.questions.vocabulary import vocabulary

HOLIDAYS = "|".join(dict.fromkeys(words for words, _, _ in vocabulary().holidays))


def holiday(name: str, year: int | None, now: datetime) -> tuple[datetime, datetime] | None:
    """The last such holiday that has begun, or that of a year; None if its dates are not in the data."""
    spans = [
        (_midnight(first, now), _midnight(last, now) + DAY)
        for words, first, last in vocabulary().holidays
        if re.fullmatch(words, name) and year in {None, first.year}
    ]
    begun = max((span for span in spans if span[0] <= now), default=None)
    return begun if begun and not _may_have_been(begun, name, now) else None


def _may_have_been(begun: tuple[datetime, datetime], name: str, now: datetime) -> bool:
    """Whether a later holiday, whose dates are not in the data, may have begun."""
    days = [first for words, first, _ in vocabulary().holidays if re.fullmatch(words, name)]
    today = day_start(now)
    earliest = min((day.month, day.day) for day in days)
    return begun[0].year < today.year and today.year > max(days).year and (today.month, today.day) >= earliest


def lunar_day(first: str, last: str | None, now: datetime) -> tuple[datetime, datetime] | None:
    """「正月初一到初三」 of the last lunar year that has begun."""
    new_years = [_midnight(day, now) for day in vocabulary().new_years]
    begun = max((day for day in new_years if day <= now), default=None)
    if begun is None:
        return None
    since, end = (begun + (number_of(day) - 1) * DAY for day in (first, last or first))
    return (since, end + DAY) if since <= end else None


def _midnight(day: date, now: datetime) -> datetime:
    return day_start(now).replace(year=day.year, month=1, day=1) + timedelta(days=day.timetuple().tm_yday - 1)
