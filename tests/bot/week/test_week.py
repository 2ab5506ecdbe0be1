"""A small week under the platform's true quotas; `make week` lives the large one."""

import pytest

from bot.week.counting import unfinished
from bot.week.running import live

pytestmark = pytest.mark.slow


def test_every_outcome_arrives_with_its_question_and_nothing_is_sent_in_vain(reader):
    figures = live(12, seed=3, reader=reader, days=3)
    assert figures.tickets >= 10
    assert figures.outcomes >= 4
    assert figures.outcomes_arrived == figures.outcomes
    assert figures.red_flags_unsent == 0
    assert figures.ways["template"]
    assert figures.receipts_missed == 0
    assert 45047 not in figures.refused
    assert figures.most_news_a_leader_and_day <= 3
    assert not unfinished(figures)
