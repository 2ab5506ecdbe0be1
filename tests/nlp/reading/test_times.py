"""Times and spells."""

import re

import pytest

from nlp.model.features import plain
from nlp.reading import times
from nlp.reading.times import find_times
from nlp.training.corpus import read_corpus


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("昨晚十点开始打桩", "昨晚十点"),
        ("连续三天没水", "连续三天"),
        ("每天凌晨2点到5点施工", "每天凌晨2点到5点"),
        ("从上个月底就坏了", "上个月"),
        ("停水两天了", "两天了"),
        ("22:30还在装修", "22:30"),
        ("11月5日晚上8点停电", "11月5日晚上8点"),
        ("都半个月了", "半个月了"),
        ("天天半夜跳广场舞", "天天半夜"),
        ("去年冬天就不热", "去年"),
    ],
)
def test_a_time_is_found_as_written(text, wanted):
    assert wanted in find_times(text)


@pytest.mark.parametrize("text", ["电梯坏了", "谢谢", "3号楼2单元"])
def test_what_is_no_time_is_not_found(text):
    assert find_times(text) == ()


def test_every_time_begins_with_a_character_at_which_one_is_tried():
    anywhere = re.compile(times._TIME.pattern.removeprefix(f"(?={times._FIRST})"))
    assert anywhere.pattern != times._TIME.pattern
    for text in (plain(example.text) for example in read_corpus()):
        assert times._TIME.findall(text) == anywhere.findall(text)
