"""双向考评: every point opens to its tickets, is counted again by other means, and can be contested once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from chat import ADMIN, COLLEAGUE, COMMUNITY, GRID_STAFF, NEIGHBOUR, PROPERTY, RESIDENT, SUPERVISOR, Chat
from rows import every
from sqlalchemy import select
from testbed import ROOT, settings_for

from bot.assembly import assemble
from bot.synth.filling import fill
from handlers.practice_settings.scores import RATED, WHATS, Rule, Scoring, Sheet, Side, read_scoring
from handlers.scores.counts import JUDGED, counts
from handlers.scores.statement import quarter_before, quarter_of, statement, statements
from handlers.scores.subjects import all_of, named, subject
from handlers.tables.table import TableError
from models.appeal import Appeal
from models.person import Person
from models.promise import Practice, Promise
from models.push import Push
from models.scores import ScoreContest, Thanks
from models.status_moves import Closing, Status
from models.ticket import CHINA, Source, Ticket


@pytest.fixture
def year(program, town, clock):
    """A town of 600 tickets, with some of everything that can count."""
    clock.now = datetime(2026, 12, 20, 10, tzinfo=CHINA)
    fill(program.engine, town.world, town.routing, 600, 7, clock.now, lambda _: None)
    with program.sessions() as session, session.begin():
        tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        staff = session.scalars(select(Person).where(Person.team.is_not(None))).first()
        for number, ticket in enumerate(tickets):
            if number % 9 == 0:
                ticket.source = Source.PATROL.value
            if number % 5 == 0:
                session.add(promise(ticket, staff, number))
            if number % 11 == 0:
                thanks = Thanks(ticket_id=ticket.id, person_id=ticket.reporter_id, to_id=staff.id, words="")
                thanks.at = ticket.created_at + timedelta(days=5)
                session.add(thanks)
            if number % 13 == 0:
                session.add(contested(ticket, staff, upheld=number % 2 == 0))
            if number % 17 == 0:
                session.add(
                    Appeal(
                        ticket_id=ticket.id,
                        team=staff.team,
                        asked_by=staff.id,
                        asked_at=clock(),
                        reason="",
                        upheld=True,
                    )
                )
    return program


def promise(ticket, by, number) -> Promise:
    until = ticket.created_at + timedelta(days=number % 6 + 1)
    about = {"practice": Practice.COUNCIL.value, "subject_id": 1, "promiser": "", "words": ""}
    return Promise(ticket_id=ticket.id, promised_by=by.id, until=until, made_at=ticket.created_at, **about)


def contested(ticket, by, *, upheld) -> ScoreContest:
    about = {"side": "company", "subject": "P", "reason": "", "decision": ""}
    return ScoreContest(ticket_id=ticket.id, asked_by=by.id, asked_at=ticket.created_at, upheld=upheld, **about)


def counted_again(session, town, side, one, span) -> dict[str, int]:
    """Ticket by ticket, in Python, out of what the rows say; no condition of the program is asked."""
    kinds = {Side.COMPANY: "property", Side.GRID: "grid", Side.COMMUNITY: "community"}
    struck = set(session.scalars(select(ScoreContest.ticket_id).where(ScoreContest.upheld.is_(True))))
    struck |= set(session.scalars(select(Appeal.ticket_id).where(Appeal.upheld.is_(True))))
    promises: dict[int, list[datetime]] = {}
    for each in session.scalars(select(Promise)):
        promises.setdefault(each.ticket_id, []).append(each.until)
    thanked: dict[int, list[datetime]] = {}
    for each in session.scalars(select(Thanks)):
        thanked.setdefault(each.ticket_id, []).append(each.at)
    found = dict.fromkeys([JUDGED, *WHATS], 0)
    del found[RATED]
    last = min(span.until, span.now + timedelta(seconds=1))

    def within(moment):
        return moment is not None and span.since <= moment < last

    for ticket in session.scalars(select(Ticket)):
        code = {Side.COMPANY: ticket.team, Side.GRID: ticket.grid, Side.COMMUNITY: ticket.community}[side]
        if code != one.code or ticket.id in struck or ticket.status in {"withdrawn", "declined", "merged"}:
            continue
        found["found"] += ticket.source == "patrol" and within(ticket.created_at)
        team = town.world.teams.get(ticket.team)
        if team is None or team.kind != kinds[side]:
            continue
        for until in [each for each in promises.get(ticket.id, ()) if within(each)][:1]:
            kept = ticket.resolved_at is not None and ticket.resolved_at <= until
            found["kept" if kept else "broken"] += 1
        found["thanked"] += any(map(within, thanked.get(ticket.id, ())))
        is_over = within(ticket.handle_by) and ticket.stopped_at is None and ticket.status != "suspended"
        found["overdue"] += ticket.ended_at is None and ticket.resolved_at is None and is_over
        if ticket.status != Status.CLOSED or not within(ticket.ended_at):
            continue
        found[JUDGED] += 1
        found["late"] += ticket.resolved_at > ticket.handle_by
        found["signed_late"] += ticket.accepted_at > ticket.accept_by
        found["reopened"] += ticket.reopenings > 0
        found["unhappy"] += ticket.rating == 1
        found["happy"] += ticket.rating == 3
        found["solved"] += ticket.closing == Closing.CONFIRMED
        found["lapsed"] += ticket.closing == Closing.DEFAULT
        found["explained"] += ticket.closing == Closing.EXPLAINED
        found["answered"] += bool(ticket.answer) and ticket.closing != Closing.EXPLAINED
    return found


def all_counted(town) -> Scoring:
    """Rules for everything that can count, so that everything is counted."""
    rules = tuple(Rule(what, 1, 99, what) for what in WHATS)
    return Scoring({side: Sheet(0, 0, rules) for side in Side}, town.scoring.grades)


@pytest.mark.both_databases
def test_every_figure_of_every_statement_is_counted_again(year):
    with year.reading() as session:
        town = year.towns.current(session)
        town = replace(town, scoring=all_counted(town))
        seen = dict.fromkeys(WHATS, 0)
        for side in Side:
            for span in (quarter_of(year.clock()), quarter_before(year.clock())):
                of_all = counts(session, town, side, span)
                busy = sorted(all_of(town, side), key=lambda one: -of_all.get(one.code, {}).get(JUDGED, 0))[:4]
                for one in busy:
                    again = {
                        what: count for what, count in counted_again(session, town, side, one, span).items() if count
                    }
                    told = {what: count for what, count in of_all.get(one.code, {}).items() if count}
                    assert told == again, (side, one, span)
                    alone = counts(session, town, side, span, one).get(one.code, {})
                    assert {what: count for what, count in alone.items() if count} == told
                    for what in told.keys() - {JUDGED}:
                        seen[what] += told[what]
        assert [what for what, count in seen.items() if not count and what != RATED] == []


def test_points_are_what_the_table_says(year):
    with year.reading() as session:
        town = year.towns.current(session)
        for one in all_of(town, Side.COMPANY):
            made = statement(session, town, one, quarter_of(year.clock()))
            again = counted_again(session, town, Side.COMPANY, one, quarter_of(year.clock()))
            total = 75.0
            for who, what, points, cap, _ in scores_file():
                if who != "company" or what in {"base", "per"}:
                    continue
                share = min(1, 50 / again[JUDGED]) if float(points) < 0 and again[JUDGED] else 1
                total += max(min(float(points) * again[what] * share, float(cap)), -float(cap))
            assert made.total == pytest.approx(min(max(total, 0), 100), abs=0.11), one
            assert made.grade.name == next(
                name for name, least in (("AAA", 85), ("AA", 80), ("A", 70), ("B", 60), ("C", 0)) if made.total >= least
            )


def scores_file() -> list[list[str]]:
    lines = (ROOT / "handlers/data/scores.csv").read_text("utf-8").splitlines()
    return [line.split(",") for line in lines[1:]]


def test_more_complaints_that_were_seen_to_take_nothing(program, town, clock):
    """Twice as many tickets, all as well done as the others: no company loses a point by it."""
    clock.now = datetime(2026, 12, 20, 10, tzinfo=CHINA)
    fill(program.engine, town.world, town.routing, 900, 3, clock.now, lambda _: None)

    def totals():
        with program.reading() as session:
            made = statements(session, town, all_of(town, Side.COMPANY), Side.COMPANY, quarter_of(clock()))
            return {each.subject.code: each.total for each in made}

    before = totals()
    with program.sessions() as session, session.begin():
        well = session.scalars(
            select(Ticket).where(Ticket.status == "closed", Ticket.resolved_at <= Ticket.handle_by)
        ).all()
        for number, ticket in enumerate(well):
            session.expunge(ticket)
            row = {column.key: getattr(ticket, column.key) for column in Ticket.__table__.columns}
            row |= {
                "id": 10_000 + number,
                "number": f"99{number:09}",
                "rating": None,
                "reopenings": 0,
                "closing": "confirmed",
            }
            row["accepted_at"] = row["created_at"]
            session.execute(Ticket.__table__.insert(), row)
    after = totals()
    assert [code for code in before if after[code] < before[code] - 0.01] == []
    assert any(after[code] > before[code] for code in before)


@pytest.fixture
def late(program, clock):
    """One ticket of a company that came late, and was rated badly."""
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(PROPERTY, "接")
    clock.turn(days=12)
    chat.says(PROPERTY, "结 换了皮带")
    chat.says(RESIDENT, "1")
    assert chat.ticket().status == "closed"
    clock.turn(hours=1)
    return chat


def test_a_line_opens_to_its_tickets(late):
    told = late.says(PROPERTY, "考评")
    assert "超时办结 1 件 -1" in told
    opened = late.says(PROPERTY, "1")
    assert late.ticket().number in opened
    assert "争分" in opened
    assert late.ticket().number in late.says(PROPERTY, "2")


def test_points_are_contested_once_and_decided_above(late):
    number = late.ticket().number
    before = late.says(SUPERVISOR, "考评 德尚物业")
    every(
        [
            (GRID_STAFF, f"争分 {number} 那天全城停电", "不算在您单位"),
            (PROPERTY, f"争分 {number} 不", "请写清为什么"),
            (SUPERVISOR, f"裁分 {number} 撤销", "没有等着裁的"),
            (PROPERTY, f"争分 {number} 配件三周才到货", "已经报上去"),
            (COLLEAGUE, f"争分 {number} 再争一次试试", "已经争过一次"),
            (PROPERTY, f"裁分 {number} 撤销 自己裁", "撤销 说明"),
        ],
        lambda who, said, told: _says(late, who, said, told),
    )
    assert late.says(SUPERVISOR, "考评 德尚物业") == before
    assert any(number in push and "配件三周才到货" in push for push in late.pushed(SUPERVISOR))
    assert "撤销，不计分" in late.says(SUPERVISOR, f"裁分 {number} 撤销 确是厂家停产")
    assert any("撤销，不计分" in push for push in late.pushed(PROPERTY))
    after = late.says(SUPERVISOR, "考评 德尚物业")
    assert ("超时办结" in before, "超时办结" in after, "75 分" in after) == (True, False, True)
    assert "没有等着裁的" in late.says(ADMIN, f"裁分 {number} 维持")


def _says(chat, who, said, told):
    heard = chat.says(who, said)
    assert told in heard or (who == PROPERTY and said.startswith("裁分")), heard


def test_a_ticket_that_takes_nothing_is_not_contested(program):
    chat = Chat(program)
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    chat.says(PROPERTY, "接")
    assert "没有扣分" in chat.says(PROPERTY, f"争分 {chat.ticket().number} 没什么理由")


def test_the_community_is_rated_by_companies_without_learning_by_which(program):
    chat = Chat(program)
    assert "打 2 分" in chat.says(PROPERTY, "评社区 2 叫了三次没人来")
    assert "打 5 分" in chat.says(PROPERTY, "评社区 5分 这回协调得快")
    assert "没有记" in chat.says(PROPERTY, "评社区 9")
    for who in (RESIDENT, GRID_STAFF):
        assert "打 " not in chat.says(who, "评社区 1")
    told = chat.says(COMMUNITY, "考评 文苑社区")
    assert "1 家 +10" in told
    opened = chat.says(COMMUNITY, "1")
    assert ("打的分：5" in opened, "协调" in opened, "德尚" in opened) == (True, False, False)
    chat.says(SUPERVISOR, "考评 文苑社区")
    assert "德尚物业 5 分 这回协调得快" in chat.says(SUPERVISOR, "1")
    assert "没有找到您能看的" in chat.says(PROPERTY, "考评 文苑社区")


def test_the_most_thanked_are_those_whom_most_residents_thanked(late):
    number = late.ticket().number
    assert "转到了" in late.says(RESIDENT, f"致谢 {number} 刘师傅大热天跑了三趟，我是3号楼502的王秀兰")
    assert "已经谢过" in late.says(RESIDENT, f"致谢 {number} 再谢一次")
    heard = late.pushed(PROPERTY)[-1]
    assert ("跑了三趟" in heard, "王秀兰" in heard, "502" in heard) == (True, False, False)
    assert "刘建平" in late.says(NEIGHBOUR, "最美")
    assert "1 位居民" in late.says(NEIGHBOUR, "最美")
    assert "居民致谢 1 件 +1" in late.says(PROPERTY, "考评")
    late.says(RESIDENT, "删除我的信息")
    late.says(RESIDENT, "确认删除")
    with late.program.reading() as session:
        assert session.scalars(select(Thanks.words)).all() == [""]
        assert "跑了三趟" not in "".join(session.scalars(select(Push.text)))


def test_the_quarter_s_report_has_all_in_order_with_grade_and_stars(late):
    late.says(PROPERTY, "评社区 5")
    told = late.says(SUPERVISOR, "考评季报")
    assert "· 德尚物业 74.4 A ★★★" in told
    assert "· 文苑社区 85 AAA ★★★★★" in told
    assert "德尚" not in late.says(PROPERTY, "考评季报")


def test_a_town_without_these_practices_sees_nothing_of_them(databases, kind, reader, tmp_path, clock):
    off = {name: {"enabled": False} for name in ("scores", "visits", "voices")}
    program = assemble(settings_for(databases.fresh(kind, with_town=True), tmp_path, practices=off), clock, reader)
    chat = Chat(program)
    for who in (PROPERTY, SUPERVISOR):
        listed = chat.says(who, "帮助 全部") + chat.says(who, "更多") + chat.says(who, "更多")
        assert not any(word in listed for word in ("考评", "争分", "致谢", "走访", "楼栋"))
    for said in ("考评", "考评季报", "走访情况", "走访名单"):
        assert not any(word in chat.says(SUPERVISOR, said) for word in ("德尚", "户", "分"))
    program.engine.dispose()


def test_both_tables_are_checked_and_nothing_that_is_no_fault_can_be_scored(tmp_path):
    scores, grades = tmp_path / "scores.csv", tmp_path / "grades.csv"
    scores.write_text(
        "对象,内容,分值,上限,依据\n物业,超时办结,-1,10,超时\n物业,件数,-1,10,反映多\n谁,满意,x,5,\n", "utf-8"
    )
    grades.write_text("grade,at_least,stars\nA,60,9\n", "utf-8")
    with pytest.raises(TableError) as refused:
        read_scoring(scores, grades)
    said = str(refused.value)
    assert all(
        each in said for each in ("what“件数”不能计分", "who“谁”", "points“x”", "clause 要写明依据", "stars 是 1 到 5")
    )
    assert "scores.csv 第2行" not in said


def test_a_subject_is_named_as_people_name_it(town):
    every(
        [("德尚物业", "P-DS"), ("德尚", "P-DS"), ("文苑社区", "WY"), ("文苑一网格", "WY-01"), ("P-YD", "P-YD")],
        lambda words, code: _is(town, words, code),
    )
    assert named(town, "没有这家") is None
    assert subject(town, Side.COMPANY, "XX") is None


def _is(town, words, code):
    assert named(town, words).code == code
