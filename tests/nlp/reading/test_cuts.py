"""Where a text may be cut, and what speaks for a second matter."""

import pytest

from nlp.reading.cuts import NONE, SOFT, STOP, clauses
from nlp.training.matters import of_one, written


@pytest.fixture(scope="module")
def cut(reader):
    return reader.model.segmenter.cut


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("灯不亮，门坏了。垃圾没人收", [(NONE, "灯不亮"), (SOFT, "门坏了"), (STOP, "垃圾没人收")]),
        ("①灯不亮②门坏了", [(NONE, "①灯不亮"), (NONE, "②门坏了")]),
        ("三楼走廊窗户碎了路灯也灭了一排", [(NONE, "三楼走廊窗户碎了"), (NONE, "路灯也灭了一排")]),
        ("路灯不亮还有垃圾没人清", [(NONE, "路灯不亮"), (NONE, "还有垃圾没人清")]),
        ("楼道灯不亮好几天了", [(NONE, "楼道灯不亮好几天了")]),
        ("阳光小区水管漏水漏了一地", [(NONE, "阳光小区水管漏水漏了一地")]),
        ("路灯不亮。另外，垃圾没人清", [(NONE, "路灯不亮"), (STOP, "另外，垃圾没人清")]),
        ("1、南门坏了 2、东门没人", [(NONE, "1、南门坏了"), (SOFT, "2、东门没人")]),
        ("", []),
    ],
)
def test_a_text_is_cut_at_marks_numbers_and_where_something_begins(cut, text, found):
    assert [(clause.mark, clause.words) for clause in clauses(text, cut)] == found


def test_clauses_stand_where_the_text_has_them(cut):
    text = " 灯不亮， 门坏了；路灯不亮还有垃圾没人清 "
    assert all(text[clause.start : clause.end] == clause.words for clause in clauses(text, cut))


def test_written_lines_keep_their_matters_however_they_are_joined(cut):
    told = list(written(cut))
    lines = {each.line for each in told}
    assert len(told) > 3 * len(lines)
    assert all(len(each.begins) <= each.line.count("|") for each in told)
    as_written = [each for each in told if each.weight == 1]
    found = sum(len(each.begins) == each.line.count("|") for each in as_written)
    assert found / len(lines) > 0.95


def test_a_text_of_one_matter_begins_none(cut):
    assert of_one("灯不亮，门坏了", 0.1, cut).begins == frozenset()
