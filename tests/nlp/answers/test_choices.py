"""What short answers mean: the test lines that stand beside their words in answers.yaml, and corrections."""

import pytest
import yaml

from nlp.answers.choices import (
    choice,
    is_filler,
    is_vague,
    reason_of,
    says_solved,
    says_unsolved,
    ticket_named,
    yes_or_no,
)
from nlp.answers.corrections import corrects_plainly, in_two, right_behind, right_words, told_of, wrong_words
from nlp.model.labels import DATA

ANSWERS = yaml.safe_load((DATA / "answers.yaml").read_text("utf-8"))
LINES = [(each["of"], str(text), option) for each in ANSWERS["test"] for text, option in each["says"].items()]


@pytest.mark.parametrize(("question", "text", "option"), LINES)
def test_an_option_in_its_own_words(question, text, option):
    said = choice(text, len(ANSWERS["options"][question]), question)
    assert (said.index + 1 if said else 0) == option


@pytest.mark.parametrize(
    ("text", "words"), [("4，还是漏水", "还是漏水"), ("1 解决了，满意", "解决了,满意"), ("3号楼", None)]
)
def test_words_behind_a_digit(text, words):
    said = choice(text, 4)
    assert (said.words if said else None) == words


@pytest.mark.parametrize(("text", "answer"), [("是的", 0), ("不用了", 1), ("2", 1), ("好像又坏了", None)])
def test_yes_or_no(text, answer):
    assert yes_or_no(text) == answer


@pytest.mark.parametrize(("text", "filler"), [("稍等", True), ("好的", True), ("1", True), ("门关不上", False)])
def test_what_answers_nothing(text, filler):
    assert is_filler(text) is filler


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("没修好，还是卡", "还是卡"),
        ("没修好", ""),
        ("4", ""),
        ("4，还是漏水", "还是漏水"),
        ("师傅来过，还是不亮", "师傅来过，还是不亮"),
        ("白修了，今早又滴水", "白修了，今早又滴水"),
        ("糊弄人，根本没修好", ""),
        ("还是冷", "还是冷"),
        ("还是那样", ""),
        ("还是没修好", ""),
    ],
)
def test_the_reason_of_a_refusal(text, why):
    assert reason_of(text) == why


def test_solved_and_unsolved_exclude_each_other():
    for text in ("谢谢，已经修好了", "好了", "修好了谢谢"):
        assert says_solved(text)
        assert not says_unsolved(text)
    for text in ("没修好", "还是漏", "又坏了"):
        assert says_unsolved(text)
        assert not says_solved(text)


@pytest.mark.parametrize(
    ("text", "vague"),
    [("就在我家楼下", True), ("我们院子", True), ("电梯里", True), ("德尚小区", False), ("菜市场后面", False)],
)
def test_words_of_where_without_a_name(text, vague):
    assert is_vague(text) is vague


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("不对，是5号楼", "5号楼"),
        ("说错了，6号楼", "6号楼"),
        ("应该是2号楼", "2号楼"),
        ("地址错了，是4号楼的", "4号楼"),
        ("改成1号楼", "1号楼"),
        ("不是2单元，是3单元", "3单元"),
        ("门牌说错了，应该是503", "503"),
        ("打错字了，五号楼", "五号楼"),
        ("房号不对，602", "602"),
        ("搞错小区了，锦佳园小区", "锦佳园小区"),
        ("不对，我家水管也漏", None),
        ("地址错了", ""),
        ("说错了，还是环境卫生", "环境卫生"),
        ("不是停车的事，是有人在楼道里飞线充电", "有人在楼道里飞线充电"),
        ("那块绿地又改成了烧烤台", None),
        ("楼道被改成仓库了", None),
        ("这事不对劲", None),
        ("门坏了不是我弄的", None),
    ],
)
def test_what_is_right_instead(text, right):
    assert right_words(text) == right


@pytest.mark.parametrize(
    ("text", "wrong", "plainly"),
    [
        ("不是停车的事，是有人飞线充电", "停车", False),
        ("不是长安的，是桥北的", "长安的", False),
        ("类别错了，应该是停车", "", True),
        ("改成违建", "", True),
    ],
)
def test_what_it_is_not(text, wrong, plainly):
    assert (wrong_words(text), corrects_plainly(text)) == (wrong, plainly)


def test_a_ticket_out_of_a_list_by_its_number():
    numbers = ["26111600001", "26111600012"]
    named = [ticket_named(text, numbers) for text in ("26111600012", "#012", "600001", "12", "99999", "00")]
    assert named == [1, 1, 0, None, None, None]


@pytest.mark.parametrize(
    ("text", "first", "right"),
    [
        ("不撤了，是二单元的", "不撤了", "二单元"),
        ("可以，不过我家是5号楼", "可以", "5号楼"),
        ("改天吧 另外地址错了，是5号楼", "改天吧", "5号楼"),
        ("可以，到时候打电话", "可以", ""),
        ("不对，是5号楼", "不对，是5号楼", ""),
    ],
)
def test_what_is_put_right_behind_an_answer(text, first, right):
    said, behind = in_two(text)
    assert (said, right_behind(behind)) == (first, right)


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("第二件地址错了，是6号楼", (1, "")),
        ("灯的那个应该是4号楼", (None, "灯")),
        ("垃圾那件改成9号楼", (None, "垃圾")),
        ("说错了，是4号楼", (None, "")),
    ],
)
def test_which_of_several_is_put_right(text, which):
    assert told_of(text) == which


@pytest.mark.parametrize("words", ["还是挺好的", "还不错", "师傅还行", "还要谢谢您", "还有个事"])
def test_praise_and_more_to_say_are_no_trouble(words):
    assert not says_unsolved(words)
