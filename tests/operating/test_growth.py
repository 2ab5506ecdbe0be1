"""The paper on growth stands on figures that are so: a case lives here as it is reckoned there, and the sums are right."""

import json
from collections import Counter

import pytest
from chat import PROPERTY, Chat
from sqlalchemy import func, select, text
from testbed import ROOT

from docs import growth
from models.base import Base

pytestmark = pytest.mark.both_databases

CASES = 30
TROUBLES = (
    "楼道灯不亮了",
    "下水道堵了往外冒水",
    "电梯按钮没反应",
    "楼门口垃圾成堆没人清",
    "防盗门关不上",
    "楼上漏水把墙泡了",
)


def rows(program) -> Counter[str]:
    with program.reading() as session:
        tables = Base.metadata.sorted_tables
        return Counter({each.name: session.scalar(select(func.count()).select_from(each)) for each in tables})


def size(program) -> int:
    with program.reading() as session:
        return session.scalar(text("select page_count * page_size from pragma_page_count, pragma_page_size"))


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_case_from_the_report_to_the_vote_writes_what_is_reckoned_with(program, clock):
    chat, before, empty = Chat(program), rows(program), size(program)
    for number in range(CASES):
        who = f"oCase{number:023d}"
        chat.says(who, f"德尚小区{number % 12 + 1}号楼{number % 3 + 1}单元{TROUBLES[number % 6]}第{number}次")
        chat.says(who, "2")  # where a neighbour's resembles it
        ticket = chat.ticket().number
        clock.turn(minutes=7)
        for words in (f"接 {ticket}", f"到 {ticket}", f"结 {ticket} 已经修好了，换了零件"):
            chat.says(PROPERTY, words)
        chat.says(who, "1")
    written = rows(program) - before
    cases = written["tickets"]
    assert cases >= CASES * 0.9
    for table, reckoned in (
        ("inbound", growth.MESSAGES),
        ("ticket_events", growth.EVENTS),
        ("pushes", growth.PUSHES),
        ("timers", growth.TIMERS),
    ):
        assert written[table] / cases == pytest.approx(reckoned, rel=0.25), table
    assert (size(program) - empty) / cases == pytest.approx(growth.CASE_BYTES, rel=0.35)


def test_the_sums(tmp_path):
    assert growth.TOWN.cases == 250_000
    assert growth.TOWN.storm == 5_000
    assert round(growth.TOWN.storm_rate) == 83
    assert growth.CITY.cases == 40 * growth.TOWN.cases
    assert growth.CITY.storm == 100_000
    lines = [
        *({"what": f"the program, {each}", "size": 0, "value": 100} for each in ("sqlite", "postgresql")),
        *({"what": f"the program, {each}, 20,000 tickets", "size": 20_000, "value": 7} for each in ("sqlite",)),
        *({"what": f"heaviest web process, {each}", "size": 0, "value": 100} for each in ("sqlite", "postgresql")),
        {"what": "question 今年各类问题多少件, postgresql, 1,000 tickets", "size": 1_000, "value": 9},
        {"what": "question 今年各类问题多少件, postgresql, 20,000 tickets", "size": 20_000, "value": 10},
    ]
    (tmp_path / "bench.json").write_text(json.dumps({"lines": lines}))
    bench = growth.Bench(tmp_path / "bench.json")
    assert bench.rate("sqlite") == 100
    assert bench.question_seconds(2_000_000) == pytest.approx(1.0)
    web, senders, *_ = growth.machines(bench)
    assert web[1].startswith("6 ×")  # 500 a second by 100, and one to spare
    assert "4 个进程" in senders[1]  # 200,000 in half an hour, 40 a second each, and one to spare
    assert "是量得的 83%" in growth.town_in_words(bench)
    with pytest.raises(SystemExit, match="make bench"):
        bench.line("something that was never measured")


def test_a_workers_pace_is_the_configurations():
    from bot.installation.settings import load_settings

    assert load_settings(ROOT / "config.yaml").work.at_once == growth.PUSHES_AT_ONCE


@pytest.mark.parametrize(
    ("value", "said"),
    [(685, "685 张"), (4110, "4,110 张"), (27_397, "2.74 万张"), (1e7, "1,000 万张"), (1.6e8, "1.6 亿张")],
)
def test_numbers_as_one_says_them(value, said):
    assert growth._count(value, "张") == said
