"""Days and hours as people write them: the lines that stand beside their words in when.yaml."""

from datetime import datetime, timedelta, timezone

import pytest
import yaml

from nlp.answers.when import home_hours, is_about_a_visit, offered_hours, puts_off, read_when
from nlp.model.labels import DATA

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=CHINA)
LINES = yaml.safe_load((DATA / "when.yaml").read_text("utf-8"))["test"]


def shown(at):
    return f"{at:%m-%d %H:%M}" if at.year == NOW.year else f"{at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("text", "wanted"), [(str(text), wanted) for text, wanted in LINES.items()])
def test_a_day_and_its_hours(text, wanted):
    found = read_when(text, NOW)
    assert (" → ".join(shown(each) for each in (found.at, found.until) if each) if found else "") == wanted


def test_what_is_over_today_is_meant_of_tomorrow():
    assert read_when("上午9点", NOW).at.day == 17
    assert read_when("今天上午9点", NOW).at.day == 16  # said to be today; who reads it may refuse it


@pytest.mark.parametrize(
    ("text", "visit", "not_then"),
    [
        ("下午在家", True, False),
        ("今天没空，改天来", True, True),
        ("周六行吗", True, False),
        ("在家，来吧", True, False),
        ("这样收费行吗", False, False),
        ("明天停水吗", False, False),
        ("电梯坏了", False, False),
    ],
)
def test_words_about_a_visit(text, visit, not_then):
    assert (is_about_a_visit(text, NOW), puts_off(text)) == (visit, not_then)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("周五我不在，周六来行吗", 21),
        ("今天没空，改天来", None),
        ("改天吧，明天上班", None),
        ("明天上班前来", 17),
        ("下午在家", 16),
        ("师傅明天别来，我上班不在", None),
        ("周六去不了，周日吧", 22),
        ("师傅周六别来了，我不在", None),
    ],
)
def test_when_it_suits(text, day):
    found = home_hours(text, NOW)
    assert (found and found.at.day) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("德尚小区5号楼3单元201室马桶漏水，我下午在家", 16),
        ("厨房漏水，周六上午家里有人", 21),
        ("昨天下午在家，听见楼上吵", None),
        ("明天停水，没人在家", None),
        ("电梯坏了", None),
    ],
)
def test_hours_that_a_report_offers(text, day):
    found = offered_hours(text, NOW)
    assert (found and found.at.day) == day
