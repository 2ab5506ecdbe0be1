"""Questions in people's own words over a file of 80 rows, written before the lexicon that reads them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from nlp.faq.answers import Answer, Answers, Found
from nlp.faq.grievance import is_grievance
from nlp.faq.index import Index, Question

HERE = Path(__file__).parent
TODAY = date(2026, 11, 30)


def _rows():
    with (HERE / "rows.csv").open(encoding="utf-8") as file:
        return tuple(
            Answer(
                row["id"],
                row["question"],
                row["answer"],
                tuple(filter(None, row["also"].split(";"))),
                row["source"],
                date.fromisoformat(row["valid_until"]),
                row["area"],
                row["contact"],
            )
            for row in csv.DictReader(file)
        )


def _questions(half=None):
    lines = (HERE / "questions.tsv").read_text("utf-8").splitlines()[1:]
    return [(wanted, text) for part, wanted, text in (line.split("\t") for line in lines) if half in {None, part}]


@pytest.fixture(scope="module")
def answers(reader):
    return Answers(_rows(), reader.model.segmenter.cut).prepare()


def test_the_set_is_as_large_and_as_mixed_as_it_has_to_be():
    wanted = [each for each, _ in _questions()]
    assert len(wanted) >= 120
    assert len(_rows()) == 80
    assert sum(each in "-!" for each in wanted) / len(wanted) >= 0.3


@pytest.mark.parametrize("half", ["dev", "held"])
def test_questions_get_the_right_row_and_nothing_is_invented(reader, answers, half):
    points, invented = 0.0, 0
    questions = _questions(half)
    for wanted, text in questions:
        found = answers.find(text, reader.understand(text), TODAY)
        told = found.answer.id if found.answer else ""
        offered = [each.id for each in found.choices]
        points += (told == wanted) + 0.5 * (wanted in offered) if wanted not in "-!" else not (told or offered)
        invented += wanted == "-" and bool(told)
    assert points / len(questions) >= 0.85
    assert invented / len(questions) <= 0.02


def test_no_grievance_is_answered_away(reader, answers):
    for wanted, text in _questions():
        if wanted == "!":
            found = answers.find(text, reader.understand(text), TODAY)
            assert found == Found(), text


def test_what_has_expired_is_not_told(reader, answers):
    for text in ("五一的消费券几点抢", "惠民保怎么买", "家电以旧换新补贴怎么领"):
        assert not answers.find(text, reader.understand(text), TODAY).answer
        assert answers.find(text, reader.understand(text), date(2026, 3, 1)).answer, text


def test_a_row_of_another_area_is_not_told(reader, answers):
    text = "物业费一平多少"
    assert answers.find(text, reader.understand(text), TODAY).answer.id == "wyf"
    assert not answers.find(text, reader.understand(text), TODAY, lambda area: area in {"", "CN"}).answer


def test_what_the_town_has_learned_is_found(reader):
    row = Answer("d", "殡葬补助怎么领", "带火化证到民政办。", learned=("人走了政府给的那笔钱",))
    cut = reader.model.segmenter.cut
    text = "人走了，政府给的那笔钱怎么领"
    assert Answers((row,), cut).find(text, reader.understand(text), TODAY).answer is row


def test_two_that_fit_alike_are_offered(reader):
    rows = (
        Answer("a", "居住证怎么办", "到城南派出所。", area="CN"),
        Answer("b", "居住证怎么办", "到离柳派出所。", area="LL"),
    )
    found = Answers(rows, reader.model.segmenter.cut).find("居住证咋办", None, TODAY)
    assert not found.answer
    assert [row.id for row in found.choices] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("居住证怎么办", False),
        ("垃圾几点收", False),
        ("垃圾三天没人收了几点收啊", True),
        ("物业费凭什么涨", True),
        ("电梯怎么还不修", True),
        ("家里煤气味很大怎么办", True),
    ],
)
def test_a_grievance_in_the_form_of_a_question_is_known(reader, text, wrong):
    assert is_grievance(text, reader.understand(text)) is wrong


def test_a_search_looks_only_at_rows_that_share_something(reader):
    """Counted, not timed: at 2,000 rows a rare word touches the rows that have it."""
    questions = [Question(str(number), (f"第{number}号楼的甲乙{number}",)) for number in range(2000)]
    index = Index([*questions, Question("x", ("养犬证在哪里办",))], reader.model.segmenter.cut)
    assert index.search("狗证咋办")[0].key == "x"
    assert len(index._postings["t:养犬"][0]) == 1


def test_nothing_is_found_where_nothing_is_known(reader):
    assert not Answers().find("居住证怎么办", None, TODAY).answer
    assert not Answers((Answer("a", "居住证怎么办", "到派出所。"),)).find("", None, TODAY).choices
