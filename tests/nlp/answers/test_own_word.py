"""A word that nothing like it stands for."""

import pytest

from nlp.answers.own_word import OwnWord, own_word


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("确认删除", OwnWord.SAID),
        ("“确认删除”。", OwnWord.SAID),
        ("确认删", OwnWord.NEARLY),
        ("确定删除", OwnWord.NEARLY),
        ("确认删除吧", OwnWord.NEARLY),
        ("删除", OwnWord.NEARLY),
        ("好的", OwnWord.NEARLY),
        ("1", OwnWord.NEARLY),
        ("2", OwnWord.REFUSED),
        ("先不删了", OwnWord.REFUSED),
        ("不要", OwnWord.REFUSED),
        ("进度", None),
        ("3号楼电梯坏了", None),
        ("确认一下德尚小区的垃圾清了没有", None),
    ],
)
def test_said_nearly_or_something_else(text, said):
    assert own_word(text, "确认删除") is said
