"""Days, weeks and months of the calendar in China."""

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
BEGINNING = datetime(2000, 1, 1, tzinfo=CHINA)
"""The start of a period without a beginning"""
DAY = timedelta(days=1)
MONTHS = 12


def day_start(now: datetime) -> datetime:
    """Midnight in China before `now`."""
    return now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def week_start(now: datetime) -> datetime:
    """Monday's midnight in China."""
    return day_start(now) - now.astimezone(CHINA).weekday() * DAY


def months_on(start: datetime, months: int) -> datetime:
    """The first day of the month that comes so many months later."""
    years, month = divmod(start.month - 1 + months, MONTHS)
    return start.replace(year=start.year + years, month=month + 1, day=1)


def years_back(moment: datetime, years: int) -> datetime:
    """The same date some years earlier; 29 February becomes the 28th."""
    day = 28 if (moment.month, moment.day) == (2, 29) else moment.day
    return moment.replace(year=moment.year - years, day=day)


def quarter_start(now: datetime) -> datetime:
    today = day_start(now)
    return months_on(today, -((today.month - 1) % 3))
