"""A night of training: what was put right by day, and what a town brought along, is learned in a process of its own, compared, and can be undone."""

import shutil
import threading
from datetime import timedelta

import pytest
from chat import COMMUNITY, RESIDENT
from outbox import outbox

from bot.installation.learning import _keep_orders, corrections, roll_back
from bot.worker.nightly import KIND
from nlp.model import store
from nlp.training.corpus import Example
from nlp.training.one_at_a_time import alone

pytestmark = pytest.mark.slow

LIFT = "德尚小区3号楼电梯又坏了"
ORDERS = (
    Example("电梯坏了 三号楼东边电梯停了两天没人修，电话13900000000", "report", "repairs"),
    Example("楼下烧烤摊油烟熏得睡不着", "report", "sanitation"),
)


@pytest.fixture
def models(model, tmp_path, monkeypatch):
    """A folder of models of this town's own: the one in use of all tests, and room for more."""
    folder, version = tmp_path / "models", store.current(model)
    shutil.copytree(model / version, folder / version)
    shutil.copy(model / "recipe", folder / "recipe")
    store.use(folder, version)
    monkeypatch.setenv("BOT_FILES__MODEL", str(folder))
    return folder


@pytest.fixture
def box(databases, models, reader, tmp_path, clock, monkeypatch):
    url = databases.fresh("sqlite", with_town=True)
    monkeypatch.setenv("BOT_DATABASE__URL", url)
    with outbox(url, tmp_path, clock, reader) as made:
        yield made


def night(box, clock):
    """The worker plans at ten in the morning; at three its training runs, and is waited for."""
    box.worker._plan()
    box.worker._plan()
    *_, timer = box.timers(KIND)
    clock.now = timer.due_at + timedelta(minutes=1)
    box.turns()
    for thread in threading.enumerate():
        if thread.name == KIND:
            thread.join()
    return next(each for each in box.timers(KIND) if each.id == timer.id)


def test_what_people_put_right_by_day_is_learned_at_night_and_can_be_undone(box, models, clock):
    before = store.load(models).card
    _keep_orders(models, ORDERS)
    assert "13900000000" not in (models / "orders.tsv").read_text("utf-8")
    assert "已受理" in box.says(RESIDENT, LIFT)
    number = box.chat.ticket().number
    assert "谢谢指正" in box.says(RESIDENT, f"改类 {number} 停车")
    assert "谢谢指正" in box.says(COMMUNITY, f"改类 {number} 物业服务")
    with box.program.reading() as session:
        (learned,) = corrections(session)
    assert (learned.text, learned.category) == (LIFT, "property")

    timer = night(box, clock)

    assert timer.outcome == "done", timer.reason
    newest = store.load(models, store.versions(models)[-1]).card
    assert newest.version != before.version
    assert newest.examples == before.examples + 1 + len(ORDERS)
    worse = {name for name in ("macro_f1", "red_flag_recall") if newest.scores[name] < before.scores[name] - 0.002}
    assert store.current(models) == (before.version if worse else newest.version)
    assert timer.reason.startswith(f"{newest.version} {'did not take over' if worse else 'took over'}")
    assert box.program.towns.reader().model.card.version == store.current(models)
    if not worse:
        assert roll_back(box.program.settings) == {"version": before.version}
        assert box.program.towns.reader().model.card.version == before.version

    assert night(box, clock).reason == f"{newest.version} did not take over: it has learned all of this already"
    assert store.versions(models) == [before.version, newest.version]


def test_a_training_that_fails_leaves_the_model_and_comes_again_the_next_night(box, models, clock):
    before = store.current(models)
    with alone(models):
        timer = night(box, clock)
    assert timer.outcome == "gave_up"
    assert timer.reason.endswith("正在训练，等它结束再来")
    assert store.current(models) == before
    box.worker._plan()
    assert [each.outcome for each in box.timers(KIND)] == ["gave_up", ""]
    assert "已受理" in box.says(RESIDENT, LIFT)


def test_a_clock_that_jumps_starts_one_training_not_twenty(box, clock, monkeypatch):
    """Twenty nights fall due at once; who repairs the clock wants one new model, not twenty processes."""
    started = []
    monkeypatch.setattr("bot.worker.nightly.subprocess.run", lambda *_args, **_more: started.append(1) or _Trained())
    for _ in range(20):
        box.worker._plan()
        clock.turn(days=1)
    box.turns()
    for thread in threading.enumerate():
        if thread.name == KIND:
            thread.join()
    assert len(started) == 1
    assert sorted(each.outcome for each in box.timers(KIND)) == ["done", *["dropped"] * 19]
    clock.turn(hours=-7)
    box.worker._plan()
    clock.turn(hours=6)
    box.worker._plan()
    box.turns()
    for thread in threading.enumerate():
        if thread.name == KIND:
            thread.join()
    assert len(started) == 1


class _Trained:
    returncode = 0
    stdout = '{"version": "v2", "took_over": false, "why": "it has learned all of this already"}'
    stderr = ""
