"""Working time against an independent count, minute by minute, over three years with make-up days and holidays."""

import time
from datetime import date, datetime, timedelta

import chinese_calendar
import numpy as np
import pytest

from handlers.town.working_hours import WorkingHours
from models.calendar import Calendar, Span, Unit
from models.ticket import CHINA

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
BEGIN = datetime(2024, 1, 1, tzinfo=CHINA)
MINUTE = timedelta(minutes=1)


def _works(day):
    """From the State Council's lists themselves, not by the library's reading of them."""
    return day in chinese_calendar.workdays or (day.weekday() < 5 and day not in chinese_calendar.holidays)


@pytest.fixture(scope="module")
def worked():
    """For every minute of the three years: how many working minutes have passed before it."""
    days = (LAST - FIRST).days + 1
    open_minutes = np.zeros(days * 1440, dtype=np.int64)
    for number in range(days):
        if _works(FIRST + timedelta(days=number)):
            for opens, closes in ((8 * 60 + 30, 12 * 60), (14 * 60, 18 * 60)):
                open_minutes[number * 1440 + opens : number * 1440 + closes] = 1
    return np.concatenate([[0], np.cumsum(open_minutes)])


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return WorkingHours().calendar()


def _counted_due(worked, start, minutes):
    """The first minute at whose beginning so many working minutes have passed since `start`."""
    return int(np.searchsorted(worked, worked[start] + minutes, side="left"))


def test_the_day_of_a_known_holiday_and_its_make_up_days_are_what_the_notices_say(worked):
    def works(year, month, day):
        begin = (date(year, month, day) - FIRST).days * 1440
        return worked[begin + 1440] > worked[begin]

    assert works(2026, 2, 14)  # a Saturday before the Spring Festival
    assert not works(2026, 2, 16)
    assert works(2026, 10, 10)  # a Saturday after the National Day
    assert not works(2026, 10, 7)
    assert not works(2025, 10, 8)
    assert works(2024, 9, 14)


def test_every_limit_of_the_table_from_thousands_of_starts_ends_where_minutes_counted_one_by_one_end(worked, calendar):
    chance = np.random.default_rng(4)
    spans = [Span(amount, Unit.WORK_HOUR) for amount in (1, 2, 4, 7.5, 11)]
    spans += [Span(amount, Unit.WORK_DAY) for amount in (1, 2, 3, 5, 15)]
    starts = chance.integers(0, len(worked) - 60 * 1440, 4000)
    edges = [day * 1440 + minute for day in range(0, 1000, 3) for minute in (509, 510, 719, 720, 721, 839, 840, 1080)]
    for number, start in enumerate([*starts, *edges]):
        span = spans[number % len(spans)]
        minutes = round(span.amount * (60 if span.unit is Unit.WORK_HOUR else 450))
        expected = BEGIN + _counted_due(worked, start, minutes) * MINUTE
        assert calendar.due(BEGIN + int(start) * MINUTE, span) == expected


def test_working_time_between_any_two_moments_is_the_count_between_them(worked, calendar):
    chance = np.random.default_rng(5)
    starts = chance.integers(0, len(worked) - 50 * 1440, 2000)
    for start, length in zip(starts, chance.integers(0, 40 * 1440, 2000), strict=True):
        end = start + length
        counted = int(worked[end] - worked[start]) * MINUTE
        assert calendar.worked(BEGIN + int(start) * MINUTE, BEGIN + int(end) * MINUTE) == counted


def test_all_through_three_years_no_minute_of_work_is_lost_or_counted_twice(worked, calendar):
    assert calendar.worked(BEGIN, BEGIN + (len(worked) - 1) * MINUTE) == int(worked[-1]) * MINUTE


def test_a_clock_stopped_and_started_again_ends_as_much_later_as_it_stood_still(calendar):
    start, span = datetime(2026, 9, 28, 10, tzinfo=CHINA), Span.parse("3工作日")
    stops, runs_on = datetime(2026, 9, 29, 15, tzinfo=CHINA), datetime(2026, 10, 8, 9, tzinfo=CHINA)
    due = calendar.due(start, span)
    again = calendar.resumed(runs_on, calendar.left(stops, due, span), span)
    assert calendar.worked(start, stops) + calendar.worked(runs_on, again) == 3 * calendar.day_length


def test_urgent_limits_run_through_the_night_and_the_holidays(calendar):
    evening = datetime(2026, 10, 1, 23, tzinfo=CHINA)
    assert calendar.due(evening, Span.parse("2紧急工作时")) == datetime(2026, 10, 2, 1, tzinfo=CHINA)
    assert calendar.due(evening, Span.parse("2紧急工作日")) == datetime(2026, 10, 3, 23, tzinfo=CHINA)


def test_fifteen_working_days_over_the_longest_holiday_take_far_less_than_a_millisecond(calendar):
    start, span = datetime(2026, 2, 10, 10, tzinfo=CHINA), Span.parse("15工作日")
    calendar.due(start, span)
    begin = time.thread_time()
    for _ in range(200):
        calendar.due(start, span)
    assert (time.thread_time() - begin) / 200 < 0.0005


def test_past_the_last_known_year_only_weekends_fixed_feasts_and_the_towns_own_days_are_off():
    hours = WorkingHours(days_off=frozenset({date(2031, 2, 5)}))
    assert not hours.works_on(date(2031, 2, 5))
    assert not hours.works_on(date(2031, 1, 1))
    assert hours.works_on(date(2031, 1, 2))
    assert not hours.works_on(date(2031, 1, 4))


def test_a_natural_day_runs_round_the_clock(calendar):
    saturday = datetime(2026, 11, 21, 15, 0, tzinfo=CHINA)
    assert calendar.due(saturday, Span(1, Unit.NATURAL_DAY)) == saturday + timedelta(days=1)


@pytest.mark.parametrize(("clock", "at_work"), [("08:29", False), ("08:30", True), ("11:59", True), ("12:00", False)])
def test_somebody_is_at_work_from_the_first_minute_to_the_last(calendar, clock, at_work):
    assert calendar.is_working(datetime.fromisoformat(f"2026-11-16T{clock}:00+08:00")) is at_work
