"""answers.csv into the database: what is wrong in it, once and twice, and what was taken over in the chat."""

from datetime import date

import pytest
from importing_town import write_town
from sqlalchemy import insert, select

from handlers.tables.table import TableError
from handlers.town_import.importing import import_world, read_world
from handlers.town_import.writing import Tally
from handlers.world.answers import load_answers
from handlers.world.world import versions
from models.faq_answer import AnswerRow, AnswerWording

HEAD = "id,question,also,answer,source,valid_until,area,contact\n"
ROWS = """\
jzz,居住证怎么办,暂住证;外地人的证,带身份证到派出所。,派出所,2027/12/31,,110
,垃圾几点收,,早上六点。,环卫所,2026-11,C1,
wyf,物业费多少,,每平方米1.2元。,,长期,C1-1,
"""


@pytest.fixture
def folder(tmp_path):
    write_town(tmp_path)
    (tmp_path / "answers.csv").write_text(HEAD + ROWS, "utf-8")
    return tmp_path


def bring_in(sessions, folder):
    with sessions.begin() as session:
        return import_world(session, read_world(folder))


def test_answers_are_brought_in_and_a_second_time_changes_nothing(sessions, folder):
    assert bring_in(sessions, folder).answers == Tally(3, 0, 0)
    with sessions() as session:
        known, version = {row.question: row for row in load_answers(session)}, versions(session)
    assert known["居住证怎么办"].also == ("暂住证", "外地人的证")
    assert known["垃圾几点收"].valid_until == date(2026, 11, 30)
    assert known["垃圾几点收"].area == "C1"
    assert known["物业费多少"].valid_until is None
    assert bring_in(sessions, folder).answers == Tally(0, 0, 3)
    with sessions() as session:
        assert versions(session) == version


def test_what_the_file_no_longer_has_is_gone_and_what_was_learned_with_it(sessions, folder, clock):
    bring_in(sessions, folder)
    with sessions.begin() as session:
        session.execute(insert(AnswerWording).values(answer="jzz", text="外来户办的那个证", at=clock()))
        before = versions(session)
    (folder / "answers.csv").write_text(HEAD + ROWS.partition("\n")[2], "utf-8")
    assert bring_in(sessions, folder).answers == Tally(0, 0, 2, ("jzz",))
    with sessions() as session:
        assert session.scalars(select(AnswerWording)).all() == []
        assert versions(session) != before


def test_a_file_without_answers_leaves_those_that_are_known(sessions, folder):
    bring_in(sessions, folder)
    (folder / "answers.csv").unlink()
    assert bring_in(sessions, folder).answers is None
    with sessions() as session:
        assert len(load_answers(session)) == 3


def test_what_was_taken_over_in_the_chat_stays_until_the_file_has_it(sessions, folder):
    taken = {"id": "t1", "question": "老年证怎么办", "answer": "到社区。", "from_file": False}
    with sessions.begin() as session:
        session.execute(insert(AnswerRow).values(**taken))
    bring_in(sessions, folder)
    with sessions() as session:
        assert "t1" in {row.id for row in load_answers(session)}
    (folder / "answers.csv").write_text(HEAD + ROWS + "lnz,老年证怎么办,,带身份证到社区。,,,,\n", "utf-8")
    bring_in(sessions, folder)
    with sessions() as session:
        assert [row.id for row in load_answers(session) if row.question == "老年证怎么办"] == ["lnz"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,,,到派出所。,,,,", "answers.csv 第2行：question 不能为空"),
        ("a,居住证怎么办,,,,,,", "answers.csv 第2行：answer 不能为空"),
        ("a,居住证怎么办,,到派出所。,,明年,,", "answers.csv 第2行：valid_until“明年”不是日期"),
        ("a,居住证怎么办,,到派出所。,,,C9,", "answers.csv 第2行：范围“C9”不在 grids 里"),
        ("a,问,,答,,,,\na,又问,,答,,,,", "answers.csv 第3行：id“a”与第2行重复"),
        ("a,问,,答,,,,\nb,问,,答,,,,", "answers.csv 第3行：问题“问”与第2行重复"),
    ],
)
def test_every_bad_row_is_named(folder, row, said):
    (folder / "answers.csv").write_text(HEAD + row + "\n", "utf-8")
    with pytest.raises(TableError) as error:
        read_world(folder)
    assert said in str(error.value)
