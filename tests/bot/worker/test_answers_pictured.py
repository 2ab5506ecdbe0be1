"""A question whose answer has a shape is followed by its picture, sent over real HTTP; the words stand alone too."""

import pytest
from chat import ADMIN, RESIDENT, SUPERVISOR
from outbox import outbox
from sqlalchemy import select
from summing import fill_town

from bot.simulator.chat_bodies import Picture
from models.push import Timer

pytestmark = pytest.mark.slow


@pytest.fixture
def box(databases, reader, tmp_path, clock):
    with outbox(databases.fresh("sqlite", with_town=True), tmp_path, clock, reader) as made:
        fill_town(made.program, clock, 200)
        yield made


def pictures(box, openid=SUPERVISOR):
    return [body for body in box.platform.received(openid) if isinstance(body, Picture)]


def timers(box):
    with box.program.reading() as session:
        return [(each.outcome, each.reason) for each in session.scalars(select(Timer).where(Timer.kind == "chart"))]


@pytest.mark.parametrize("text", ["近30天每天多少件", "近90天各小区多少件", "今年各单位的满意率", "今年每个钟点多少件"])
def test_days_rankings_rates_and_hours_come_with_a_picture(box, text):
    assert "件" in box.says(SUPERVISOR, text)
    box.turns()
    [picture] = pictures(box)
    assert box.platform.media.get(picture.media_id).content.startswith(b"\x89PNG")
    assert timers(box) == [("done", "")]


@pytest.mark.parametrize("text", ["本月多少件", "今日", "近30天停车多少件"])
def test_a_single_number_has_no_picture(box, text):
    box.says(SUPERVISOR, text)
    box.turns()
    assert pictures(box) == []
    assert timers(box) == []


def test_the_same_answer_is_drawn_and_uploaded_once(box):
    box.says(ADMIN, "近90天各小区多少件")
    box.turns()
    box.says(ADMIN, "近90天各小区多少件")
    box.turns()
    first, second = pictures(box, ADMIN)
    assert first.media_id == second.media_id


def test_who_asks_for_a_picture_gets_it_if_there_is_one(box):
    box.says(SUPERVISOR, "近90天各小区多少件")
    box.turns()
    assert "图马上发来" in box.says(SUPERVISOR, "画个图")
    box.turns()
    assert len(pictures(box)) == 2
    box.says(SUPERVISOR, "本月多少件")
    assert "画不成图" in box.says(SUPERVISOR, "画个图")


def test_a_picture_that_cannot_go_out_is_given_up(box):
    """They have not written to the real platform: its window is shut."""
    box.chat.says(SUPERVISOR, "近90天各小区多少件")
    box.turns()
    assert pictures(box) == []
    [(outcome, reason)] = timers(box)
    assert outcome == "gave_up"
    assert "45015" in reason


def test_residents_ask_no_figures(box):
    box.says(RESIDENT, "近90天各小区多少件")
    assert timers(box) == []
