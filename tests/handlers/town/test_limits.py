"""The table of limits: exact rows, versions, the words that tell one row of a sub-item from another."""

from datetime import date, datetime
from pathlib import Path

import pytest

from handlers.tables.table import TableError
from handlers.town.limits import promise, read_limits
from handlers.town.limits_in_plain_words import told_plainly
from handlers.town.working_hours import WorkingHours
from models.ticket import CHINA

SHIPPED = Path(__file__).parents[3] / "handlers" / "data" / "limits.csv"
HEAD = "version,category,item,words,urgent,accept,handle,clause\n"


@pytest.fixture
def table(tmp_path):
    def write(rows):
        path = tmp_path / "limits.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        return read_limits(path)

    return write


def test_the_newest_version_in_force_at_filing_counts_and_the_old_one_stays_readable(table):
    limits = table(
        "2026-01,repairs,,,,2工作时,5工作日,维修\n2026-01,repairs,lift,,,1工作时,2工作日,电梯\n"
        "2026-12-15,repairs,lift,,,1工作时,1工作日,电梯故障\n"
    )
    before = limits.of("repairs", "lift", urgent=False, on=date(2026, 12, 14))[0]
    after = limits.of("repairs", "lift", urgent=False, on=date(2026, 12, 15))[0]
    assert (str(before.handle), str(after.handle)) == ("2个工作日", "1个工作日")
    assert limits.clause(before.row) == "电梯，2天内（休息日不算）"
    unchanged = limits.of("repairs", "roof", urgent=False, on=date(2027, 1, 1))[0]
    assert unchanged.version == "2026-01"


def test_a_ticket_from_before_the_first_version_gets_the_oldest_row(table):
    limits = table("2026-01,repairs,,,,2工作时,5工作日,维修\n2026-06,repairs,,,,2工作时,3工作日,维修\n")
    assert limits.of("repairs", "", urgent=False, on=date(2020, 1, 1))[0].version == "2026-01"


@pytest.mark.parametrize(
    ("words", "clause"),
    [
        ("井盖丢了一个，路边黑咕隆咚", "井盖缺失，2小时内"),
        ("车一压井盖就哐当响", "井盖松动异响，2天内（休息日不算）"),
        ("井盖裂了", "井盖破损，4小时内（只算上班时间）"),
    ],
)
def test_what_is_said_of_a_manhole_cover_tells_which_of_its_limits_holds(words, clause):
    limits = read_limits(SHIPPED)
    row = limits.of("safety", "manhole", urgent=False, text=words)[0]
    assert limits.clause(row.row) == clause


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("超过处置时限（2个紧急工作时）未办结，自动上报", "超过处置时限（2小时）未办结，自动上报"),
        ("超过签收时限（4个工作时）无人签收，自动上报", "超过签收时限（4小时，只算上班时间）无人签收，自动上报"),
        ("延期1.5个工作日：等配件", "延期1.5天（休息日不算）：等配件"),
        ("延期30分钟：在路上", "延期30分钟：在路上"),
        ("配件要3个工作日才到", "配件要3个工作日才到"),
    ],
)
def test_a_resident_reads_limits_in_plain_words_and_staffs_own_words_as_they_are(note, told):
    assert told_plainly(note) == told


def test_the_tighter_of_two_promises_holds_for_each_clock():
    limits = read_limits(SHIPPED)
    start = datetime(2026, 11, 16, 10, tzinfo=CHINA)
    made = promise(limits.of("property", "fee", urgent=True), start, WorkingHours().calendar())
    assert made.limit.clause == "紧急诉求"
    assert (made.accept_by, made.handle_by) == (start.replace(minute=30), start.replace(day=17))


def test_a_red_flags_promise_is_minutes_whatever_the_category():
    limits = read_limits(SHIPPED)
    start = datetime(2026, 11, 16, 23, tzinfo=CHINA)
    made = promise(limits.of("consult", "", urgent=True, red_flag=True), start, WorkingHours().calendar())
    assert (made.limit.clause, made.accept_by) == ("红色警情", start.replace(minute=5))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2026-13,repairs,,,,2工作时,5工作日,维修", "开始执行的年月"),
        ("2026-11,repairs,,,,2工时,5工作日,维修", "不是时限"),
        ("2026-11,repairs,,,,2工作时,5工作日,维修\n2026-11,repairs,,,,2工作时,4工作日,维修", "和第2行重复"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_file_and_line(table, row, told):
    with pytest.raises(TableError) as refused:
        table(row + "\n")
    assert told in str(refused.value)
    assert "limits.csv 第" in str(refused.value)


@pytest.mark.parametrize(
    "written", ["2026/11/1", "2026/11", "2026-11-01", "Nov-26", "11月-26", "2026年11月", "2026.11"]
)
def test_a_month_that_a_spreadsheet_program_rewrote_is_the_month(table, written):
    limits = table(f"{written},repairs,,,,2工作时,5工作日,维修\n,,,,,,,\n")
    (row,) = limits.of("repairs", "", urgent=False, on=date(2026, 11, 1))
    assert row.row == "2026-11/repairs/*"
    assert limits.named("2026-11-01/repairs/*") is row  # as a ticket may have kept it


@pytest.mark.parametrize("written", ["2026", "11-2026", "2026/13/1", "Foo-26", "13月-26", "明年", ""])
def test_what_is_no_month_is_refused(table, written):
    with pytest.raises(TableError, match=r"limits\.csv 第2行：版本“.*”应是开始执行的年月"):
        table(f"{written},repairs,,,,2工作时,5工作日,维修\n")
