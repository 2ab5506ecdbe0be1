"""What a platform with a folder knows after a restart: chats, who follows, who came by, photos."""

import pytest
from echo_account import Webhook
from simulated_wechat import WANG

from bot.simulator import DEMO_ACCOUNT, Platform, SimPerson
from bot.simulator.chat_bodies import (
    Article,
    Articles,
    Card,
    Choice,
    Choices,
    Clip,
    Link,
    Notice,
    Picture,
    Row,
    Spot,
    Voice,
    Words,
)
from bot.simulator.events import Unfollow
from bot.simulator.memory import Memory
from bot.simulator.message_quota import Trigger
from bot.simulator.phones.visitors import Visitors

BODIES = [
    Words("电梯坏了 🙂\n二楼"),
    Picture("m1"),
    Voice("m2", 7, "停水"),
    Clip("m3", "片"),
    Spot(37.1, 111.7, "德尚小区"),
    Articles((Article("题", "述", "https://example.org", "p"), Article("二"))),
    Link("题", "述", "https://example.org"),
    Card("工单提醒", (Row("thing1", "诉求", "电梯"),), "https://example.org"),
    Choices("哪一类？", (Choice("1", "电梯"), Choice("2", "停车")), "完"),
    Notice("出错了"),
]
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


def platform(folder, now=lambda: 1000.0):
    return Platform(DEMO_ACCOUNT, memory=Memory(folder), now=now, directory=lambda: [WANG])


def test_every_kind_of_body_is_read_as_it_was_written(tmp_path):
    before = platform(tmp_path)
    for body in BODIES:
        before.show(WANG, body)
    after = platform(tmp_path)
    assert after.received(WANG) == BODIES
    assert after.journal.epoch != before.journal.epoch


def test_who_left_stays_away_and_who_wrote_can_be_answered(tmp_path, webhook: Webhook):
    before = platform(tmp_path)
    before.point_at(webhook.url)
    before.say(WANG, "楼道灯坏了")
    after = platform(tmp_path)
    assert after.chat(WANG)[0].body == Words("楼道灯坏了")
    after.allowances.spend(WANG, 1000.0 + Trigger.MESSAGE.seconds)
    after.point_at(webhook.url)
    after.deliver(WANG, Unfollow())
    assert not platform(tmp_path).followers.is_following(WANG)


def test_photos_are_still_there(tmp_path):
    import time

    before = platform(tmp_path, time.time)
    media_id = before.media.put("image", PNG)
    assert platform(tmp_path, time.time).media.get(media_id).content == PNG


def test_who_came_by_is_still_known(tmp_path):
    came = Visitors(tuple, Memory(tmp_path)).arrive("小陈")
    assert Visitors(tuple, Memory(tmp_path)).all() == [came]
    assert isinstance(came, SimPerson)


def test_a_line_that_a_crash_has_cut_ends_what_is_remembered(tmp_path):
    platform(tmp_path).show(WANG, Words("一"))
    with (tmp_path / "chats.jsonl").open("a", encoding="utf-8") as file:
        file.write('["Line", {"openid": "o')
    assert platform(tmp_path).received(WANG) == [Words("一")]


@pytest.mark.parametrize("again", [False, True])
def test_starting_over_forgets_all_of_it_for_good(tmp_path, again):
    before = platform(tmp_path)
    epoch = before.journal.epoch
    before.show(WANG, Words("一"))
    before.start_over()
    assert before.journal.epoch != epoch
    assert (platform(tmp_path) if again else before).received(WANG) == []
