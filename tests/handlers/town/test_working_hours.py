"""Working hours are refused or understood, and a year without a table still has its fixed feasts."""

from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError

from handlers.town.working_hours import WorkingHours
from models.calendar import Span
from models.ticket import CHINA

A_LATE_YEAR = 2049


@pytest.mark.parametrize(
    ("hours", "what"),
    [
        ([], "至少要有一段"),
        ([["09:00", "09:00"]], "先开始后结束"),
        ([["18:00", "02:00"]], "跨零点"),
        ([["14:00", "18:00"], ["08:30", "12:00"]], "先后"),
        ([["08:30", "12:30"], ["12:00", "18:00"]], "不重叠"),
        ([["08:30", "24:00"], ["09:00", "10:00"]], "不重叠"),
    ],
)
def test_hours_that_can_not_be_are_refused(hours, what):
    with pytest.raises(ValidationError, match=what):
        WorkingHours.model_validate({"hours": hours})


def test_a_day_may_end_at_24():
    calendar = WorkingHours.model_validate({"hours": [["00:00", "24:00"]]}).calendar()
    assert calendar.day_length == timedelta(days=1)
    monday = datetime(2026, 11, 2, 22, 30, tzinfo=CHINA)
    assert calendar.due(monday, Span.parse("4工作时")) == monday + timedelta(hours=4)


def test_a_shift_across_midnight_is_written_in_two():
    calendar = WorkingHours.model_validate({"hours": [["00:00", "02:00"], ["18:00", "24:00"]]}).calendar()
    assert calendar.due(datetime(2026, 11, 2, 23, tzinfo=CHINA), Span.parse("2工作时")) == datetime(
        2026, 11, 3, 1, tzinfo=CHINA
    )


def test_fixed_feasts_are_off_in_a_year_without_a_table():
    hours = WorkingHours()
    assert not any(hours.works_on(date(A_LATE_YEAR, *day)) for day in [(1, 1), (5, 1), (10, 1)])
    assert hours.works_on(date(A_LATE_YEAR, 1, 4))


def test_one_day_of_the_town_does_not_make_a_year_known():
    one = WorkingHours(days_off=frozenset({date(A_LATE_YEAR, 1, 1)}))
    assert one.last_known_year() == WorkingHours().last_known_year()
    whole = WorkingHours(days_off=frozenset(date(A_LATE_YEAR, 1, day) for day in range(1, 14)))
    assert whole.last_known_year() == A_LATE_YEAR
