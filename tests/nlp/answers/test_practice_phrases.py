"""What people say instead of a practice's word: the lines that stand beside the phrases in practices.yaml."""

import yaml
from rows import every

from nlp.answers.practice_phrases import practice_meant
from nlp.model.labels import DATA


def test_practices_in_people_s_own_words():
    lines = yaml.safe_load((DATA / "practices.yaml").read_text("utf-8"))["test"]
    every(list(lines.items()), _is_heard)


def _is_heard(text, wanted):
    assert (practice_meant(text) or "") == wanted, text
