"""Dangers in plain words, by rule; what sounds like one and is none."""

import pytest

from nlp.reading import redflags
from nlp.reading.redflags import find_red_flag
from nlp.training.corpus import read_corpus


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("家里一股臭鸡蛋味", "gas"),
        ("厨房煤气泄漏了", "gas"),
        ("3号楼电梯困人了", "lift_trapped"),
        ("我被困在电梯里出不去", "lift_trapped"),
        ("对门着火了", "fire"),
        ("电表箱冒火花", "fire"),
        ("灯杆漏电", "shock"),
        ("水管爆了，水喷得到处都是", "flood"),
        ("外墙瓷砖往下掉", "falling"),
        ("围墙塌了", "collapse"),
        ("路中间井盖不见了", "manhole"),
        ("楼下有人持刀砍人", "violence"),
        ("有个老人晕倒了叫不醒", "collapsed_person"),
        ("孩子走丢了", "lost_child"),
        ("我不想活了", "self_harm"),
        ("叫救护车", "collapsed_person"),
        ("帮忙打120！", "collapsed_person"),
        ("快打119", "fire"),
        ("打110", "violence"),
        ("救救孩子", "violence"),
    ],
)
def test_a_danger_is_seen(text, key):
    flag = find_red_flag(text)
    assert flag is not None
    assert flag.key == key
    assert flag.words in text


@pytest.mark.parametrize(
    "text",
    [
        "消防演练几点",
        "119是免费的吗",
        "打过110",
        "住在120号快来",
        "救救我们小区",
        "燃气费怎么交",
        "气死我了",
        "电梯又坏了",
        "怕哪天着火",
        "去年着过火",
        "井盖松动一压就响",
        "楼道堆杂物容易着火",
        "邻居打麻将太吵",
        "困死了",
        "预防触电的讲座在哪",
        "井盖已经补上了，谢谢",
        "有事打我对象13900000000",
        "我老公打我电话没打通",
        "也可以打我爱人13900000000",
    ],
)
def test_a_lookalike_is_an_ordinary_message(text):
    assert find_red_flag(text) is None


def test_a_letter_that_tells_a_story_raises_no_alarm():
    story = "尊敬的领导您好，我们小区的电动车充电没人管，上个月有一辆电瓶起火了，幸好发现得早。" * 4
    assert find_red_flag(story) is None
    assert find_red_flag(story + "现在又着火了！快来人") is not None


def test_a_text_calls_every_rule_that_has_a_word_in_it():
    for text in (example.text for example in read_corpus()):
        wanted = [rule for rule in redflags._rules() if any(word in text for word in rule.when)]
        assert list(redflags._called(text)) == wanted
