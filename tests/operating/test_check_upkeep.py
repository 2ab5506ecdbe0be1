"""`check` on what a clerk forgets: what is left of the demonstration, what has run out, what stands there twice."""

from dataclasses import replace as but
from datetime import date

import pytest
from sqlalchemy import delete, insert, update
from testbed import ROOT

from bot.installation.settings import load_settings
from bot.installation.town_keeper import read_files
from bot.operating.leftover_warnings import late_to_sign, of_another_town, unknown_to_model
from handlers.town.limits import read_limits
from handlers.town.wordings import Wordings
from handlers.town_import.importing import import_world, read_world
from handlers.world.upkeep_warnings import upkeep_warnings
from handlers.world.world import load_world
from models.faq_answer import AnswerRow
from models.grid import Team
from models.person import Person, Role

TODAY = date(2026, 11, 30)


@pytest.fixture
def session(program):
    with program.sessions.begin() as session:
        session.execute(delete(AnswerRow))
        yield session
        session.rollback()


def said(session):
    return [warning.what for warning in upkeep_warnings(session, load_world(session), TODAY)]


def test_staff_without_an_openid_are_named(session):
    person = Person(name="郝建平", team="P-DS")
    person.give(Role.PROPERTY_STAFF)
    session.add(person)
    session.flush()
    assert any("还没有微信" in each and "郝建平" in each for each in said(session))


def test_answers_that_have_run_out_are_listed(session):
    rows = [
        {"id": "a", "question": "消费券几点抢", "answer": "十点", "valid_until": date(2026, 5, 5)},
        {"id": "b", "question": "居住证怎么办", "answer": "派出所", "valid_until": None},
    ]
    session.execute(insert(AnswerRow), rows)
    assert "有 1 条问答过了有效期，不再说：消费券几点抢" in said(session)


def test_what_stands_there_twice_is_told(session):
    session.execute(update(Team).where(Team.code == "P-CNYJ").values(name="德尚物业"))
    session.execute(update(Team).where(Team.code == "P-DS").values(name="德尚物业"))
    rows = [{"id": each, "question": "居住证怎么办", "answer": "派出所"} for each in "ab"]
    session.execute(insert(AnswerRow), rows)
    told = said(session)
    assert any("单位“德尚物业”有 2 个编号" in each for each in told)
    assert "问答“居住证怎么办”有 2 条管同一个地方" in told


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_the_demonstration_in_its_own_town_is_no_other_town(session):
    settings = load_settings(ROOT / "config.yaml")
    assert list(of_another_town(settings, load_world(session), read_files(settings).say)) == []


def test_what_is_left_of_the_demonstration_in_another_town(sessions, tmp_path):
    from importing_town import replace, write_town

    write_town(tmp_path)
    replace(tmp_path, "grids.csv", "新义街道", "和平街道")
    with sessions.begin() as session:
        import_world(session, read_world(tmp_path))
        world = load_world(session)
    settings = load_settings(ROOT / "config.yaml")
    say = Wordings({"a": "比如园丁小区3号楼停水", "b": "您好"})
    told = [warning.what for warning in of_another_town(settings, world, say)]
    assert told[0] == "config.yaml 的 town“新义街道”不在社区数据里"
    assert told[1] == "电话 hall、gas、lift、water 还是示例街道的"
    assert told[2].startswith("句子 a 里说到别的镇的地方：")
    assert len(told) == 3
    nowhere = but(world, places={})
    shipped = [each.what for each in of_another_town(settings, nowhere, read_files(settings).say)]
    assert not [each for each in shipped if "句子" in each]


def test_a_limit_to_sign_that_is_longer_than_the_one_to_mend(tmp_path):
    head = "version,category,item,urgent,accept,handle,clause\n"
    rows = "2026-11,parking,,,2工作日,4工作时,停车\n2026-11,noise,,,2工作时,2工作日,噪音\n"
    (tmp_path / "limits.csv").write_text(head + rows, "utf-8")
    calendar = load_settings(ROOT / "config.yaml").working_hours.calendar()
    (warning,) = late_to_sign(read_limits(tmp_path / "limits.csv").all, calendar)
    assert "2026-11/parking" in warning.what


def test_the_shipped_limits_can_be_kept():
    settings = load_settings(ROOT / "config.yaml")
    assert list(late_to_sign(read_files(settings).limits.all, settings.working_hours.calendar())) == []


def test_a_category_that_the_model_was_never_shown():
    (warning,) = unknown_to_model(["parking"], ["parking", "drones"], "类别")
    assert "drones" in warning.what
