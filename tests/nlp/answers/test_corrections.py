"""What is put right, in the words that people use."""

import pytest

from nlp.answers.corrections import exchanged, right_words

RIGHT = {
    "不是门是窗户": "窗户",
    "说错了啊不是601是501": "501",
    "不是2号楼，是3号楼": "3号楼",
    "没错没错 还是8号楼 刚问了我妈": "8号楼 刚问了我妈",
    "其实是噪音的事": "噪音的事",
    "地址错了": "",
    "不是停水就是停电": None,
    "是不是物业是摆设": None,
    "还是不亮": None,
}


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_right(text):
    assert right_words(text) == RIGHT[text]


def test_what_is_exchanged_for_what():
    assert exchanged("不是门是窗户") == ("门", "窗户")
    assert exchanged("不是门的事，天天也不是一回两回") is None
