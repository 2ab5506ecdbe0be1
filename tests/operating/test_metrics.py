"""What /metrics says is so, and the dashboard asks only for what it says."""

import json
import re
from datetime import timedelta

import pytest
from chat import PROPERTY, RESIDENT
from sqlalchemy import select
from testbed import ROOT

from bot.installation.free_disk_space import written_folders
from bot.operating.checking import look_over
from bot.web.metrics import exposition
from models.conversation import Inbound
from models.push import Outcome, Push


def figures(program, clock) -> dict[str, float]:
    with program.reading() as session:
        said = exposition(session, clock.now, written_folders(program.settings, program.engine)).decode()
    return {name: float(value) for name, value in re.findall(r"^(whistle_\S+) (\S+)$", said, re.MULTILINE)}


def test_a_quiet_town_shows_zeroes_for_everything_that_could_go_wrong(program, clock):
    quiet = {name: value for name, value in figures(program, clock).items() if "disk" not in name}
    assert set(quiet.values()) == {0.0}
    assert {'whistle_tickets{status="working"}', 'whistle_lost_work{kind="stuck_timers"}'} <= quiet.keys()


def test_queues_show_how_much_waits_how_long_and_what_is_tried_again(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    waiting = figures(chat.program, clock)["whistle_pushes_waiting"]
    assert waiting >= 1
    clock.turn(minutes=3)
    with chat.program.sessions.begin() as session:
        push = session.scalars(select(Push).limit(1)).one()
        push.attempts = 2
        push.try_again(clock.now + timedelta(minutes=5), "busy")
    now = figures(chat.program, clock)
    assert now['whistle_retrying{queue="pushes"}'] == 1
    assert now["whistle_pushes_waiting"] == waiting
    if waiting > 1:
        assert now["whistle_pushes_oldest_due_seconds"] == 180


def test_pushes_given_up_count_for_an_hour(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    with chat.program.sessions.begin() as session:
        session.scalars(select(Push).limit(1)).one().finish(Outcome.GAVE_UP, clock.now, "43004")
    assert figures(chat.program, clock)["whistle_pushes_given_up"] == 1
    clock.turn(minutes=61)
    assert figures(chat.program, clock)["whistle_pushes_given_up"] == 0


def test_reply_times_are_those_of_the_last_minutes(chat, clock):
    for _ in range(100):
        chat.says(RESIDENT, "帮助")
    with chat.program.sessions.begin() as session:
        for number, row in enumerate(session.scalars(select(Inbound).order_by(Inbound.key))):
            row.answered_at = row.received_at + timedelta(milliseconds=10 * (number + 1))
    now = figures(chat.program, clock)
    assert now['whistle_reply_seconds{quantile="0.5"}'] == pytest.approx(0.5)
    assert now['whistle_reply_seconds{quantile="0.99"}'] == pytest.approx(0.99)
    assert now['whistle_reply_seconds{quantile="1"}'] == pytest.approx(1.0)
    assert now["whistle_messages"] == 100
    clock.turn(minutes=6)
    assert figures(chat.program, clock)['whistle_reply_seconds{quantile="1"}'] == 0


def test_tickets_are_late_by_their_running_limit(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了")
    clock.turn(days=1)
    now = figures(chat.program, clock)
    assert (now["whistle_tickets_late"], now["whistle_tickets_unsigned_late"]) == (1, 1)
    chat.says(PROPERTY, "接")
    clock.turn(days=20)
    now = figures(chat.program, clock)
    assert (now["whistle_tickets_late"], now["whistle_tickets_unsigned_late"]) == (1, 0)
    assert now['whistle_tickets{status="working"}'] == 1


def test_failed_messages_count_and_check_says_what_to_do(chat, clock, monkeypatch):
    chat.program.answering.keep_failed(chat.message(RESIDENT, "话"), "ValueError", "对不起")
    now = figures(chat.program, clock)
    assert now["whistle_messages_failed"] == now['whistle_lost_work{kind="failed_messages"}'] == 1

    class Then:
        now = staticmethod(lambda _zone: clock.now)

    monkeypatch.setattr("bot.operating.checking.datetime", Then)
    found = [each for each in look_over(chat.program.settings) if "没能处理" in each.what]
    assert [(each.fatal, "1 条" in each.what, bool(each.mend)) for each in found] == [(False, True, True)]


def test_nothing_personal_is_in_the_figures(chat, clock):
    chat.says(RESIDENT, "德尚小区3号楼电梯坏了，电话13812345678")
    with chat.program.reading() as session:
        said = exposition(session, clock.now).decode()
    for secret in (RESIDENT, "13812345678", "电梯"):
        assert secret not in said


def test_the_dashboard_asks_for_figures_that_there_are(program, clock):
    dashboard = json.loads((ROOT / "deploy/grafana/whistle.json").read_text(encoding="utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    asked = {name for query in queries for name in re.findall(r"whistle_\w+", query)}
    known = {name.partition("{")[0] for name in figures(program, clock)}
    assert asked <= known
    assert known - asked == set(), "a figure that no panel shows"


def test_the_dashboard_is_one_that_grafana_loads(program, clock):
    """Its panels stand side by side on a grid of 24, each with a datasource, and every query is well formed."""
    dashboard = json.loads((ROOT / "deploy/grafana/whistle.json").read_text(encoding="utf-8"))
    assert {"title", "uid", "schemaVersion", "panels", "time", "refresh"} <= dashboard.keys()
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 5
    taken = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24, panel["title"]
        assert not cells & taken, f"{panel['title']} lies on another panel"
        taken |= cells
        assert panel["title"]
        for target in panel.get("targets", []):
            assert panel["datasource"]["type"] == "prometheus"
            assert target["refId"]
            assert target["expr"].count("(") == target["expr"].count(")") > 0
    labels = {name for panel in panels for t in panel["targets"] for name in re.findall(r"by \((\w+)\)", t["expr"])}
    with program.reading() as session:
        said = exposition(session, clock.now, written_folders(program.settings, program.engine)).decode()
    assert all(f"{label}=" in said for label in labels)
