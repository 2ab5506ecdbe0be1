"""An honest share for the best guess."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.model.trust import Trust

GUESSES = (("noise", 0.9), ("safety", 0.06), ("other", 0.04))


def test_without_a_line_nothing_changes():
    for (label, share), (wanted, expected) in zip(Trust().applied(GUESSES), GUESSES, strict=True):
        assert label == wanted
        assert share == pytest.approx(expected)


def test_a_boast_is_lowered_and_the_others_share_the_rest():
    applied = Trust(slope=0.7).applied(GUESSES)
    assert 0.7 < applied[0][1] < 0.9
    assert applied[1][1] / applied[2][1] == pytest.approx(1.5)


@given(
    st.lists(st.floats(0.001, 1), min_size=2, max_size=14),
    st.floats(0.1, 3),
    st.floats(-3, 3),
)
def test_shares_stay_shares_and_the_order_stays_the_order(heights, slope, level):
    shares = sorted((height / sum(heights) for height in heights), reverse=True)
    applied = [share for _label, share in Trust(slope, level).applied([("", share) for share in shares])]
    assert sum(applied) == pytest.approx(1)
    assert all(after <= before + 1e-12 for before, after in pairwise(applied))


def test_all_of_certainty_in_one_label_breaks_nothing():
    assert Trust(0.8, 0.1).applied([("noise", 1.0), ("other", 0.0)])[0][1] < 1
