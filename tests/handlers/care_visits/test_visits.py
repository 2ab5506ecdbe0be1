"""走访: a private list that names people to nobody but who goes to see them; a shut door is an alarm, a good day none."""

from datetime import timedelta

import pytest
from chat import ADMIN, COMMUNITY, GRID_STAFF, PROPERTY, RESIDENT, SUPERVISOR, Chat
from importing_town import write_town
from rows import every
from sqlalchemy import String, literal_column, select, type_coerce

from handlers.care_visits.overview import Visits, visits
from handlers.tables.table import TableError
from handlers.timers.periodic_jobs import plan_chores
from handlers.town_import.care import days_of, write_care
from handlers.town_import.importing import read_world
from handlers.town_import.records import CareRecord, PersonRecord
from models.care import CaredFor, CareLook, CareMissed, CareVisit
from models.person import Person, Role
from models.push import Push
from models.ticket import CHINA

VISITOR = PersonRecord("陈小玲", GRID_STAFF, frozenset({Role.GRID_STAFF}), "G-WY-01", "WY-01", "13800000047", "")
LI = CareRecord("李桂英", "德尚小区3号楼2单元501", "WY-01", "独居老人", 7, "13900001111", VISITOR)
WANG = CareRecord("王大山", "德尚小区5号楼1单元102", "WY-01", "困难", 14, "", VISITOR)
SECRETS = ("李桂英", "李奶奶", "王大山", "13900001111", "独居", "2单元501")


@pytest.fixture
def listed(program):
    with program.sessions() as session, session.begin():
        assert write_care(session, [VISITOR], [LI, WANG]).added == 2
        assert write_care(session, [VISITOR], [LI, WANG]).unchanged == 2
    return Chat(program)


def morning(chat: Chat, days: int = 1) -> None:
    """The next mornings at nine, each rung by itself."""
    clock = chat.program.clock
    for _ in range(days):
        with chat.program.sessions() as session, session.begin():
            plan_chores(session, clock())
        local = clock().astimezone(CHINA)
        clock.now = local.replace(hour=9, minute=5) + timedelta(days=local.hour >= 9)
        chat.timers_ring()


def rows(program, kind):
    with program.reading() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def everything_written(program) -> str:
    """All of the database but the sealed list itself, as it stands on the disk."""
    from models.base import Base

    with program.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in {"people", "answers"}]
        return "\n".join(
            str(row) for table in tables for row in session.execute(select(literal_column("*")).select_from(table))
        )


def test_a_good_day_is_no_alarm_and_a_shut_door_is_one(listed):
    assert "记下了" in listed.says(GRID_STAFF, "走访 李奶奶 一切都好")
    assert listed.tickets() == []
    reply = listed.says(GRID_STAFF, "走访 李奶奶 敲门没人应")
    ticket = listed.ticket()
    assert (ticket.red_flag, ticket.place_name, ticket.building, ticket.room) == (
        "collapsed_person",
        "德尚小区",
        "3",
        "501",
    )
    assert "120" in reply
    assert not any(secret in ticket.text for secret in ("李", "独居"))
    assert [each.alarm for each in rows(listed.program, CareVisit)] == [False, True]
    assert any(ticket.number in push for push in listed.pushed(SUPERVISOR))


def test_the_list_and_what_is_said_of_it_stand_in_no_plain_word_and_no_message_to_others(listed):
    shown = listed.says(GRID_STAFF, "走访")
    assert "李桂英" in shown
    assert "德尚小区3号楼2单元501" in shown
    for said in (
        "走访 李桂英 血压高，药快吃完了",
        "走访 王大山，都好",
        "走访 2 又去了一次",
        "走访了李桂英，药快吃完了",
    ):
        assert "记下了" in listed.says(GRID_STAFF, said), said
    assert "李桂英" in listed.says(SUPERVISOR, "走访名单")
    morning(listed, days=12)
    assert "该走访" in "".join(listed.pushed(GRID_STAFF))
    assert "没人去走访" in "".join(listed.pushed(SUPERVISOR))
    written = everything_written(listed.program)
    assert [secret for secret in (*SECRETS, "药快吃完") if secret in written] == []
    listed.says(RESIDENT, "德尚小区3号楼电梯坏了")
    for who, word in ((SUPERVISOR, "导出"), (COMMUNITY, "待办"), (SUPERVISOR, "今日"), (SUPERVISOR, "走访情况")):
        assert not any(secret in listed.says(who, word) for secret in SECRETS), word


def test_a_visit_in_own_words_is_kept_no_more_in_the_clear_than_one_by_its_word(listed):
    """And what isn't yet done, or is somebody else, is not entered."""
    visits = len(rows(listed.program, CareVisit))

    def check(said, told, more):
        reply = listed.says(GRID_STAFF, said)
        made = len(rows(listed.program, CareVisit)) - visits
        assert (told in reply, made) == (True, more), (said, reply)

    every(
        [
            ("今天去看了李奶奶，一切都好", "记下了（1 号）", 1),
            ("刚从王大山家出来，人挺好", "记下了（2 号）", 2),
            ("李桂英今天血压有点高，陪她聊了会", "记下了（1 号）", 3),
            ("王大爷没事，药还够吃", "记下了（2 号）", 4),
            ("明天上午去看李奶奶", "1 号怎么样", 4),
            ("李奶奶那边谁去看了吗", "1 号怎么样", 4),
            ("看了李奶奶和王大爷，都好", "一次写一家", 4),
            ("去李奶奶家敲了半天门没人应", "120", 5),
        ],
        check,
    )
    written = everything_written(listed.program)
    assert [each for each in ("李桂英", "李奶奶", "王大", "独居", "药还够吃", "聊了会") if each in written] == []
    assert (listed.ticket().place_name, listed.ticket().room) == ("德尚小区", "501")
    listed.says(COMMUNITY, "今天去看了李奶奶，一切都好")
    assert len(rows(listed.program, CareVisit)) == visits + 5


def test_a_redelivery_hears_that_nothing_was_kept(listed):
    message = listed.message(GRID_STAFF, "走访")
    assert "李桂英" in listed.program.answering.answer(message)
    again = listed.program.answering.answer(message)
    assert ("没有留底" in again, "李" in again) == (True, False)


def test_who_is_no_visitor_sees_nobody_and_a_danger_is_heard_all_the_same(listed):
    for who in (COMMUNITY, PROPERTY, RESIDENT, SUPERVISOR):
        for said in ("走访", "走访 李奶奶 一切都好", "走访 1 一切都好"):
            assert not any(secret in listed.says(who, said) for secret in SECRETS if secret not in said), (who, said)
    assert rows(listed.program, CareVisit) == rows(listed.program, CareLook) == []
    for building, who in ((5, COMMUNITY), (6, RESIDENT)):
        listed.says(who, f"走访 德尚小区{building}号楼 张大爷摔倒了起不来")
        assert (listed.ticket().building, bool(listed.ticket().red_flag)) == (str(building), True)


def test_every_look_at_the_list_is_written_down_and_told_above(listed, clock):
    listed.says(GRID_STAFF, "走访")
    clock.turn(hours=1)
    listed.says(SUPERVISOR, "走访名单 文苑一网格")
    assert len(rows(listed.program, CareLook)) == 4
    told = listed.says(SUPERVISOR, "走访记录")
    assert told.index("看了 2 户") < told.index("陈小玲")


def test_what_can_t_be_told_apart_is_not_written(listed):
    with listed.program.sessions() as session, session.begin():
        other = CareRecord("李桂芳", "德尚小区7号楼1单元101", "WY-01", "", 7, "", VISITOR)
        write_care(session, [VISITOR], [LI, WANG, other])
    for said, told in (
        ("走访 李奶奶 一切都好", "请写前面的号：1、3"),
        ("走访 赵大爷 一切都好", "没有这个人"),
        ("走访 李桂芳", "3 号怎么样"),
        ("走访 99 一切都好", "没有这个人"),
    ):
        reply = listed.says(GRID_STAFF, said)
        assert told in reply, said
        assert "没有记" in reply
    assert rows(listed.program, CareVisit) == []
    assert "3 号" in listed.says(GRID_STAFF, "走访 李桂芳奶奶 一切都好")


def test_who_left_the_list_is_emptied_with_all_that_was_said(listed):
    listed.says(GRID_STAFF, "走访 王大山 都好")
    with listed.program.sessions() as session, session.begin():
        write_care(session, [VISITOR], [LI])
    with listed.program.reading() as session:
        gone = session.get_one(CaredFor, 2)
        visit = session.scalars(select(CareVisit)).one()
        assert (gone.name, gone.address, gone.kind, gone.phone, gone.left_out, visit.words) == ("",) * 4 + (True, "")
        assert "李桂英" not in session.scalars(select(type_coerce(CaredFor.name, String))).first()


def test_visits_are_due_missed_and_counted_as_the_rows_say(listed, clock):
    began = clock.now
    morning(listed)
    assert "今天有 2 户该走访。" in "".join(listed.pushed(GRID_STAFF))
    assert listed.pushed(SUPERVISOR) == []
    listed.says(GRID_STAFF, "走访 李奶奶 一切都好")
    morning(listed)
    assert "1 户到了日子没人去走访：陈小玲 1 户" in "".join(listed.pushed(SUPERVISOR))
    morning(listed)
    assert listed.pushed(SUPERVISOR) == []
    assert "其中 1 户过了日子" in listed.pushed(GRID_STAFF)[-1]
    listed.says(GRID_STAFF, "走访 王大山 都好")
    morning(listed)
    assert listed.pushed(GRID_STAFF) == []
    with listed.program.reading() as session:
        person = session.scalars(select(Person).where(Person.openid == SUPERVISOR)).one()
        town = listed.program.towns.current(session)
        counted = visits(Seen(session, town, clock(), person), began, clock())
        made = len(session.scalars(select(CareVisit).where(CareVisit.alarm.is_(False))).all())
        assert counted == Visits(2, made, len(session.scalars(select(CareMissed)).all()), 0)
    assert (counted.made, counted.missed) == (2, 1)
    assert "去了 2 次，漏了 1 次" in listed.says(SUPERVISOR, "走访情况")


class Seen:
    """A moment of one person's."""

    def __init__(self, session, town, now, person):
        self.session, self.town, self.now, self.person = session, town, now, person


def test_without_a_visitor_the_grid_s_own_staff_go(program):
    with program.sessions() as session, session.begin():
        write_care(session, [], [CareRecord("李桂英", "德尚小区3号楼", "WY-01", "", 7, "", None)])
    chat = Chat(program)
    morning(chat)
    with program.reading() as session:
        found = select(Person.openid, Push.fields).join(Push).where(Push.event == "visits_due")
        (told,) = session.execute(found).all()
    openid, card = told
    assert openid == GRID_STAFF
    assert (card["happened"], card["where"]) == ("今天有 1 户该走访", "新义街道")
    assert card["words"] == "回“走访”看是谁家。"


def test_the_file_is_checked_without_quoting_who_is_in_it(tmp_path):
    care = "name,address,grid,kind,every,phone,visitor\n李桂英,德尚小区3号楼,XX,独居老人,有空,,没有这人\n李桂英,德尚小区3号楼,XX,,7,,\n"
    folder = write_town(tmp_path)
    (folder / "care.csv").write_text(care, "utf-8")
    with pytest.raises(TableError) as refused:
        read_world(folder)
    said = str(refused.value)
    assert all(each in said for each in ("网格“XX”", "every“有空”", "visitor“没有这人”", "第2行是同一个人"))
    assert "李桂英" not in said


@pytest.mark.parametrize(("every", "days"), [("7", 7), ("每10天", 10), ("每周", 7), ("每月一次", 30), ("有空", 0)])
def test_how_often_is_read(every, days):
    assert days_of(every) == days


def test_an_empty_sheet_leaves_the_list_as_it_is(tmp_path, listed):
    folder = write_town(tmp_path)
    heading = "name,address,grid,kind,every,phone,visitor\n"
    (folder / "care.csv").write_text(heading, "utf-8")
    files = read_world(folder)
    assert files.care is None
    assert ["一行也没有" in each.message for each in files.warnings] == [True]
    (folder / "care.csv").write_text(heading + "全部撤下,,,,,,\n", "utf-8")
    assert read_world(folder).care == ()
    (folder / "care.csv").write_text(heading + "全部撤下,,,,,,\n李桂英,德尚小区3号楼,WY-01,,7,,\n", "utf-8")
    with pytest.raises(TableError, match="只能单独写一行"):
        read_world(folder)


def test_an_admin_s_figures_are_of_the_same_people_as_the_list(listed, clock):
    """Wherever the admin's own grid is."""
    listed.says(GRID_STAFF, "走访 李奶奶 一切都好")
    clock.turn(hours=1)
    with listed.program.sessions() as session, session.begin():
        session.scalars(select(Person).where(Person.openid == ADMIN)).one().grid = "CN"
    assert "李桂英" in listed.says(ADMIN, "走访名单")
    assert "去了 1 次" in listed.says(ADMIN, "走访情况")
