"""Days and hours as people write them: the lines that stand beside their words in when.yaml."""

from datetime import datetime, timedelta, timezone

import pytest
import yaml

from nlp.answers.when import puts_off, read_when, tells_when_home
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
    ("text", "home", "not_then"),
    [
        ("下午在家", True, False),
        ("今天没空，改天来", True, True),
        ("周六行吗", True, False),
        ("电梯坏了", False, False),
    ],
)
def test_words_about_a_visit(text, home, not_then):
    assert (tells_when_home(text), puts_off(text)) == (home, not_then)
