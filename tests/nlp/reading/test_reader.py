"""Whole texts, understood."""

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nlp.places.gazetteer import Gazetteer, PlaceName
from nlp.reading.understanding import Intent

LINES = Path(__file__).parents[1] / "data"


def rows(name):
    return [line.split("\t") for line in (LINES / name).read_text("utf-8").splitlines()[1:] if line]


@pytest.mark.parametrize(
    ("text", "category", "item"),
    [
        ("德尚小区3号楼电梯又坏了", "repairs", "lift"),
        ("楼道里的灯不亮，晚上黑得看不见", "repairs", "street_lamp"),
        ("垃圾堆了三天没人清运，苍蝇乱飞", "sanitation", ""),
        ("楼下大妈跳广场舞音响太大", "noise", "square_dance"),
        ("有人在楼道里飞线充电", "safety", "fly_charging"),
        ("消防通道天天停满私家车", "parking", ""),
        ("物业费涨价没有公示", "property", "fee"),
        ("顶楼业主在搭阳光房", "construction", "illegal_building"),
        ("停水两天了什么时候来水", "utilities", "water"),
        ("有人把绿化带挖了种菜", "greening", "vegetable_plot"),
        ("邻居遛狗不牵绳吓到孩子", "neighbours", "dog"),
    ],
)
def test_a_grievance_gets_its_category_and_sub_item(reader, text, category, item):
    reading = reader.understand(text)
    assert reading.intent is Intent.REPORT
    assert category in {reading.category, *reading.also}
    if item and reading.category == category:
        assert reading.item == item


def test_probabilities_are_of_all_twelve_best_first_and_sum_to_one(reader):
    reading = reader.understand("楼下太吵")
    shares = [share for _label, share in reading.candidates]
    assert len(shares) == 12
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    assert reading.confidence == shares[0]


def test_a_vague_text_is_not_stated_as_fact(reader):
    assert not reader.understand("我们这儿有点问题").sure
    assert reader.understand("德尚小区3号楼电梯又坏了").sure


def test_place_time_and_house_are_found(reader):
    reading = reader.understand("德尚小区三号楼二单元501，昨晚十点开始漏水")
    assert reading.place is not None
    assert (reading.place.known, reading.place.building, reading.place.unit, reading.place.room) == (
        "德尚小区",
        "3",
        "2",
        "501",
    )
    assert reading.times == ("昨晚十点",)


def test_new_places_load_without_the_model(reader):
    moved = reader.with_places(Gazetteer([PlaceName("月亮湾", "月亮湾小区")]))
    place = moved.understand("月亮湾8栋停水").place
    assert place is not None
    assert (place.known, place.building) == ("月亮湾小区", "8")
    assert moved.model is reader.model
    assert reader.understand("德尚小区停水").place.known == "德尚小区"


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("3号楼电梯坏了，另外路灯不亮", ["lift", "street_lamp"]),
        ("楼道灯不亮，还有下水道堵了", ["street_lamp", "drain"]),
        ("3号楼电梯坏了好几天了，电梯里的灯也不亮", []),
        ("电梯坏了，还有老人要上下楼", []),
        ("垃圾没人收，还有一股臭味，德尚小区6号楼", []),
    ],
)
def test_two_problems_of_one_category_are_told_apart_where_the_second_is_announced(reader, text, items):
    assert [part.item for part in reader.understand(text).parts] == items


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("邻居家停水", "utilities"),
        ("对门邻居家没暖气", "utilities"),
        ("邻居家网断了", "utilities"),
        ("邻居家煤气打不着火", "utilities"),
        ("我邻居家水压小", "utilities"),
        ("邻居家电表烧了", "utilities"),
        ("我和邻居家都停水了", "utilities"),
        ("邻居家狗天天叫", "neighbours"),
        ("邻居偷接我家电", "neighbours"),
        ("邻居把我家水闸关了", "neighbours"),
        ("邻居家空调水滴我家窗台", "neighbours"),
    ],
)
def test_a_neighbour_who_is_only_whose_home_it_is_makes_no_quarrel(reader, text, category):
    assert reader.understand(text).category == category


def test_two_problems_in_one_message_are_two_parts(reader):
    reading = reader.understand("3栋楼道灯不亮，另外垃圾三天没人收了")
    assert [part.category for part in reading.parts] == ["repairs", "sanitation"]
    assert reading.parts[1].text == "垃圾三天没人收了"


@pytest.mark.parametrize("text", ["电梯坏了，爬了十八楼，老人下不来", "物业不作为，垃圾没人管", "你好。谢谢。"])
def test_one_problem_is_not_split(reader, text):
    assert reader.understand(text).parts == ()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("电梯坏了，楼下还有人乱停车", ["电梯坏了", "楼下还有人乱停车"]),
        ("路灯不亮还有垃圾没人清", ["路灯不亮", "垃圾没人清"]),
        ("下水道堵了，而且楼上天天半夜装修", ["下水道堵了", "楼上天天半夜装修"]),
        ("电梯坏了，路灯也不亮，楼下还有人乱停车", ["电梯坏了", "路灯也不亮", "楼下还有人乱停车"]),
        ("德尚小区1号楼下水道堵了，厨房也反水，臭得很", []),
        ("家里着火了，楼道还堆着纸箱", []),
    ],
)
def test_what_is_told_beside_it_is_a_part_of_its_own_unless_there_is_danger(reader, text, parts):
    assert [part.text for part in reader.understand(text).parts] == parts


def test_two_problems_in_one_sentence_are_two_and_one_told_in_several_clauses_is_one(reader):
    """Written apart from the rules: fifty messages of two problems, fifty of one told with 还, 也, 而且."""
    lines = rows("part_lines.tsv")
    wrong = {"1": 0, "2": 0}
    for text, problems in lines:
        wrong[problems] += (len(reader.understand(text).parts) > 1) != (problems == "2")
    assert len(lines) == 100
    assert wrong["2"] <= 14  # 47 before such sentences were cut, 15 to 17 by rules, 11 since it is learned
    assert wrong["1"] <= 2


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("转人工", Intent.HUMAN),
        ("你好", Intent.GREETING),
        ("谢谢", Intent.THANKS),
        ("5分", Intent.RATE),
        ("帮助", Intent.HELP),
        ("催单", Intent.URGE),
        ("进度", Intent.PROGRESS),
        ("撤回", Intent.WITHDRAW),
    ],
)
def test_set_phrases_are_certain(reader, text, intent):
    reading = reader.understand(text)
    assert (reading.intent, reading.intent_confidence) == (intent, 1.0)


@pytest.mark.parametrize("text", ["", " ", "😡😡😡", "。。。", "a" * 5000, "\x00\n", "𠀀", "İ3号楼"])
def test_no_text_is_too_odd(reader, text):
    reading = reader.understand(text)
    assert reading.text == text
    assert len(reading.candidates) == 12


def test_the_span_of_a_place_holds_in_the_writers_text(reader):
    text = "ＡＢ　德尚小区３号楼"
    place = reader.understand(text).place
    assert text[place.start : place.end] == "德尚小区３号楼"


def test_reasons_are_words_of_the_text(reader):
    text = "楼下大妈跳广场舞音响太大，吵得孩子没法写作业"
    words = reader.explain(text)
    assert words[0][0] in {"广场舞", "音响", "跳广场"}
    assert all(word in text and weight > 0 for word, weight in words)
    assert [weight for _word, weight in words] == sorted((weight for _word, weight in words), reverse=True)


def test_intents_of_lines_written_apart(reader):
    lines = rows("intent_lines.tsv")
    right = sum(reader.understand(text).intent == wanted for text, wanted in lines)
    assert len(lines) >= 300
    assert right / len(lines) >= 0.92


def test_red_flags_of_lines_written_apart(reader):
    lines = rows("redflag_lines.tsv")
    seen = [(bool(wanted), *_noticed(reader, text)) for text, wanted in lines]
    assert len(lines) >= 300
    assert _share(alarmed or asked for danger, alarmed, asked in seen if danger) >= 0.94
    assert _share(danger for danger, alarmed, _asked in seen if alarmed) >= 0.97


def _noticed(reader, text):
    read = reader.understand(text)
    return bool(read.red_flag), bool(read.danger_question)


def _share(found):
    found = list(found)
    return sum(found) / len(found)


def test_dangers_are_noticed_and_nobody_is_paged_for_an_ordinary_line(reader):
    """Written apart from the rules. The issue wants more: docs/bench.md says how far this is from it."""
    dangers = [(want != "none", *_noticed(reader, text)) for text, want in rows("danger_lines.tsv")]
    chat = [_noticed(reader, text) for text, _want in rows("chat_lines.tsv")]
    assert len(dangers) >= 450
    assert len(chat) >= 750
    assert _share(alarmed or asked for danger, alarmed, asked in dangers if danger) >= 0.84
    assert _share(danger for danger, alarmed, _asked in dangers if alarmed) >= 0.89
    assert _share(alarmed for alarmed, _asked in chat) <= 0.002
    assert _share(asked for _alarmed, asked in chat) <= 0.06


def test_threads_share_one_reader(reader):
    texts = ["电梯坏了", "楼下太吵", "德尚小区停水", "物业费怎么交"] * 25
    alone = [reader.understand(text) for text in texts]
    results = {}

    def read(number):
        results[number] = [reader.understand(text) for text in texts]

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(result == alone for result in results.values())


def median_ms(reader, text, times=60):
    spans = []
    for _ in range(times):
        start = time.thread_time()
        reader.understand(text)
        spans.append(time.thread_time() - start)
    return statistics.median(spans) * 1000


def test_reading_is_fast(reader):
    # twice the promise, so that a busy machine fails no honest run
    assert median_ms(reader, "德尚小区3号楼电梯又坏了，老人下不了楼") < 0.6
    letter = (
        "尊敬的领导您好，我是幸福里小区的业主，小区门口的路坑坑洼洼已经三年，下雨积水，晚上没有路灯，老人摔倒过两次。"
        * 10
    )
    assert median_ms(reader, letter[:500]) < 3.0


def test_a_process_is_ready_in_two_seconds_and_small(model_dir):
    script = (
        "import sys, time; start = time.process_time(); from pathlib import Path; from nlp.reading.reader import Reader;"
        "reader = Reader.load(Path(sys.argv[1])); reader.understand('电梯坏了');"
        "print(time.process_time() - start, int(open('/proc/self/status').read().split('VmRSS:')[1].split()[0]) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(model_dir)], capture_output=True, text=True, check=True)
    seconds, megabytes = done.stdout.split()
    assert float(seconds) < 2
    assert int(megabytes) < 135
