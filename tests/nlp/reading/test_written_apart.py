"""The reader on lines written apart from it: thresholds were chosen on one half of them, and the other half is told."""

import csv
import json
from pathlib import Path

import pytest

from nlp.measuring.lines import written_apart
from nlp.places.gazetteer import Gazetteer, PlaceName
from nlp.reading.understanding import Intent, Wish

LINES = Path(__file__).parents[1] / "data"
DEMO = Path(__file__).parents[3] / "bot" / "demo_world" / "places.csv"
CASES = [json.loads(line) for line in (LINES / "reading_cases.jsonl").read_text("utf-8").splitlines()]
_TRAILING = {"name": "小区", "building": "号楼", "unit": "单元", "room": "室"}


@pytest.fixture(scope="module")
def in_town(reader):
    """The reader in the demonstration's town, where the cases were written."""
    with DEMO.open(encoding="utf-8-sig") as rows:
        places = list(csv.DictReader(rows))
    names = [(row["name"], [row["name"], *filter(None, row["aliases"].split(";"))]) for row in places]
    return reader.with_places(Gazetteer(PlaceName(name, canonical) for canonical, all_ in names for name in all_))


@pytest.fixture(scope="module")
def figures(reader):
    return written_apart(reader)


@pytest.fixture(scope="module")
def told(figures):
    return figures["told"]


def test_lines_that_nobody_had_seen_when_they_were_measured(figures):
    later = figures["later"]
    assert later["dangers_noticed"] >= 0.96
    assert later["alarms_not_false"] >= 0.97
    assert later["chat_alarmed"] <= 0.002
    assert later["chat_asked"] <= 0.014
    assert later["intents_right"] >= 0.95
    assert min(later["urgent_precision"], later["urgent_recall"]) >= 0.9
    assert later["split_recall"] >= 0.58
    assert later["false_splits"] <= 0.01


def test_dangers_of_the_told_half(told):
    assert told["dangers_noticed"] >= 0.89
    assert told["alarms_not_false"] >= 0.96
    assert told["chat_alarmed"] <= 0.003
    assert told["chat_asked"] <= 0.016


def test_wishes_and_urgency_of_the_told_half(told):
    assert told["intents_right"] >= 0.91
    assert told["urgent_precision"] >= 0.88
    assert told["urgent_recall"] >= 0.9


def test_splits_of_the_told_half(told):
    assert told["split_recall"] >= 0.59
    assert told["false_splits"] <= 0.01


def _place_is(place, want):
    for part, wanted in want.items():
        said = getattr(place, part, "") if place else ""
        said = (place.known or said) if place and part == "name" else said
        if said.removesuffix(_TRAILING[part]) != wanted.removesuffix(_TRAILING[part]):
            return False
    return True


def _is_as_expected(found, want):
    noticed = bool(found.red_flag or found.danger_question)
    checks = {
        "intent": lambda wanted: (found.wish or found.intent) in wanted,
        "category": lambda wanted: found.category in wanted,
        "red_flag": lambda wanted: noticed if wanted else not found.red_flag,
        "urgent": lambda wanted: found.urgent == wanted,
        "parts": lambda wanted: max(len(found.parts), 1) == wanted,
        "place": lambda wanted: _place_is(found.place, wanted),
    }
    return all(checks[name](wanted) for name, wanted in want.items())


@pytest.mark.parametrize(
    ("kind", "at_least"),
    [
        ("no alarm", 0.96),
        ("alarm", 0.9),
        ("place", 0.87),
        ("urgent", 0.7),
        ("parts", 0.5),
        ("intent", 0.65),
        ("category", 0.76),
    ],
)
def test_kinds_of_mistakes_are_mended(in_town, kind, at_least):
    cases = [case for case in CASES if case["kind"].split(":")[0] == kind]
    right = sum(_is_as_expected(in_town.understand(case["text"]), case["expect"]) for case in cases)
    assert len(cases) > 10
    assert right / len(cases) >= at_least


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("【收到不支持的消息类型，暂无法显示】", Wish.STICKER),
        ("[Unsupported Message]", Wish.STICKER),
        ("[收到一条名片消息，请在手机上查看]", Wish.STICKER),
        ("[此内容暂无法显示]", Wish.STICKER),
        ("收到，消息我看了，暂时不能去", None),
        ("当前版本不支持展示该内容，请升级", Wish.STICKER),
        ("收到消息了，谢谢", None),
        ("+1", Wish.VOTE),
        ("后天上午来吧，我在家", Wish.APPOINT),
        ("写错了，是6号楼不是9号楼", Wish.CORRECT),
        ("没修好，还是漏", Wish.REFUSE),
        ("路灯不亮", None),
        ("谢谢你们", None),
    ],
)
def test_what_is_wanted_in_the_course_of_a_report(reader, text, wish):
    assert reader.understand(text).wish is wish


@pytest.mark.parametrize(("text", "intent"), [("[玫瑰][玫瑰]", Intent.THANKS), ("[捂脸]", Intent.CHITCHAT)])
def test_small_pictures_say_what_they_show(reader, text, intent):
    assert reader.understand(text).intent is intent


def test_loss_that_goes_on_is_urgent_without_being_a_danger(reader):
    found = reader.understand("家里停电三小时，冰柜里的药要坏了")
    assert found.urgent
    assert not found.red_flag
    assert not reader.understand("楼道灯坏了一个").urgent


@pytest.mark.parametrize("text", ["这楼道脏得叫人看不下去", "吵成这样真住不下去了", "德尚小区旁边那一片实在看不下去了"])
def test_to_have_had_enough_is_no_danger(reader, text):
    found = reader.understand(text)
    assert (found.red_flag, found.danger_question) == ("", "")


@pytest.mark.parametrize(
    ("text", "alarm", "question"),
    [
        ("三楼着火了快来人", "fire", ""),
        ("三楼好像着火了", "", "fire"),
        ("听说隔壁小区着火了", "", ""),
        ("我爷爷走丢那次多亏你们帮着找", "", "lost_child"),
        ("井盖没了，有个骑车的栽进去了", "manhole", ""),
    ],
)
def test_a_doubt_turns_an_alarm_into_a_question(reader, text, alarm, question):
    found = reader.understand(text)
    assert (found.red_flag, found.danger_question) == (alarm, question)
